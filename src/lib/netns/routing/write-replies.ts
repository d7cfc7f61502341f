import { ExitCode } from '../../model/errors.js';
import { escapeLine } from '../../model/escape.js';
import type { ContainerProcess } from '../../model/namespace.js';
import type { ReplyMarking } from '../../model/routing.js';
import { KernelError } from '../kernel-error.js';
import type { OpenNamespace } from '../open-namespace.js';
import { acceptMarks } from '../sysctls.js';
import { toolRefused } from '../tool-refused.js';
import type { RunTool } from '../tools.js';
import { saysUnwritable } from '../unwritable.js';
import { listReplies, remembersSwitch } from './read-replies.js';
import { formatReplies } from './replies.js';

/** Whose, and where it is. */
export interface Place {
  readonly run: RunTool;
  readonly within: OpenNamespace;
  readonly container: Pick<ContainerProcess, 'name'>;
}

/**
 * Writes the table for what comes in, or removes it. Where a route ends here, as while its warp is gone, the way of the
 * first answer of a TCP connection is looked up before the table sees it: the switch has it marked from the beginning.
 * The table comes before the switch is set and goes after it is taken back, for it remembers who set it. Where /proc/sys
 * is read-only, as an engine has it in a container, the switch stays as it is, and everything else is done all the same.
 */
export async function writeReplies(place: Place, replies: ReplyMarking | undefined): Promise<void> {
  const { run, within } = place;
  const marks = replies !== undefined && replies.gatewayMacs.length > 0;
  const there = await listReplies(run, within);
  const isOurs = there !== undefined && remembersSwitch(there);
  if (isOurs && !marks) await setSwitch(place, 0);
  const isOff = marks && (await isSwitchedOff(place));
  await writeTable(place, formatReplies(replies, marks && (isOurs || isOff)));
  if (isOff && !(await setSwitch(place, 1))) await writeTable(place, formatReplies(replies));
  if (replies?.refusesRedirects) await forgetRedirects(place);
}

async function writeTable({ run, within, container }: Place, input: string): Promise<void> {
  const result = await run({ tool: 'nft', args: ['-f', '-'], input, within });
  if (result.exitCode === 0) return;
  const name = escapeLine(container.name);
  throw new KernelError(
    'refused',
    `Could not mark the replies of container ${name}: ${escapeLine(result.stderr)}.`,
    { exit: ExitCode.failed, hints: ['Does this kernel have nf_tables and nft_ct? `lsmod` tells.'] },
  );
}

async function isSwitchedOff({ run, within, container }: Place): Promise<boolean> {
  const result = await run({ tool: 'cat', args: [acceptMarks], within });
  if (result.exitCode !== 0) throw toolRefused(`read ${acceptMarks} of ${nameOf(container)}`, 'cat', result);
  return result.stdout.trim() === '0';
}

/** False where it cannot be written from here. */
async function setSwitch({ run, within, container }: Place, value: 0 | 1): Promise<boolean> {
  const result = await run({ tool: 'tee', args: [acceptMarks], input: `${String(value)}\n`, within });
  if (result.exitCode === 0) return true;
  if (saysUnwritable(result)) return false;
  throw toolRefused(`set ${acceptMarks} of ${nameOf(container)}`, 'tee', result);
}

/** Redirects that were heeded before are kept for five minutes. (`ip` writes a switch to forget them.) */
async function forgetRedirects({ run, within, container }: Place): Promise<void> {
  const result = await run({ tool: 'ip', args: ['-4', 'route', 'flush', 'cache'], within });
  if (result.exitCode === 0 || saysUnwritable(result)) return;
  throw toolRefused(`forget redirects of ${nameOf(container)}`, 'ip', result);
}

function nameOf({ name }: Place['container']): string {
  return `container ${escapeLine(name)}`;
}
