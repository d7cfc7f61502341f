import type { TreeOptions } from '../lib/report/graph/tree.js';
import type { GlobalFlags } from './flags/global-flags.js';
import { paletteFor } from './terminal.js';

export const graphFormats = ['tree', 'mermaid', 'dot', 'json'] as const;

/** The format asked for on a command line that is not parsed yet. */
export function formatOf(args: readonly string[]): string | undefined {
  const end = args.indexOf('--');
  const flags = end < 0 ? args : args.slice(0, end);
  const at = flags.findLastIndex(arg => arg === '--format' || arg.startsWith('--format='));
  const found = flags[at];
  return found === '--format' ? flags[at + 1] : found?.slice('--format='.length);
}

/** Whether the locale can show more than ASCII; one that is not set is the C locale. */
export function isUtf8(env: NodeJS.ProcessEnv): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(value => (value ?? '') !== '');
  return /utf-?8/i.test(locale ?? '');
}

const columnsElsewhere = 80;
/** Narrower, there would be nothing but ellipses. */
const fewestColumns = 20;

export async function treeSettings(flags: GlobalFlags): Promise<TreeOptions> {
  const { stdout, env } = process;
  const columns = stdout.isTTY && stdout.columns > 0 ? stdout.columns : columnsElsewhere;
  return {
    columns: Math.max(columns, fewestColumns),
    unicode: isUtf8(env),
    palette: await paletteFor(stdout, flags, env),
  };
}
