import type { OpenNamespace } from '../open-namespace.js';
import { toolRefused } from '../tool-refused.js';
import type { RunTool, ToolResult } from '../tools.js';
import { type NftTable, parseRuleset } from './ruleset.js';

/** Where nft runs: the host's namespace, or the given one. */
export interface Nft {
  readonly run: RunTool;
  readonly within?: OpenNamespace;
}

async function list(
  { run, within }: Nft,
  what: readonly string[],
  signal?: AbortSignal,
): Promise<ToolResult> {
  const place = within ? { within } : {};
  return run({ tool: 'nft', args: ['-j', 'list', ...what], ...place }, signal);
}

function parsed(result: ToolResult, attempted: string): NftTable[] {
  const tables = result.exitCode === 0 ? parseRuleset(result.stdout) : undefined;
  if (!tables) throw toolRefused(attempted, 'nft', result);
  return tables;
}

/** All tables of a namespace, those of iptables-nft too. */
export async function listTables(nft: Nft, signal?: AbortSignal): Promise<NftTable[]> {
  return parsed(await list(nft, ['ruleset'], signal), 'read the firewall rules');
}

/** One table of the inet family; undefined where there is none of that name. */
export async function listTable(nft: Nft, name: string, signal?: AbortSignal): Promise<NftTable | undefined> {
  const attempted = 'read the firewall rules';
  const result = await list(nft, ['table', 'inet', name], signal);
  if (result.exitCode === 0) return parsed(result, attempted)[0];
  // nft ends the same way for a table that is not there and for one it may not see.
  const all = parsed(await list(nft, ['tables'], signal), attempted);
  if (all.some(table => table.family === 'inet' && table.name === name)) {
    throw toolRefused(attempted, 'nft', result);
  }
  return undefined;
}

/** One command of a transaction, in nft's JSON. */
export type NftCommand = Readonly<Record<string, unknown>>;

/** As `nft -j -f` takes it: all of them, or none. Nothing in it is ever read as a word of nft's language. */
export function transaction(commands: readonly NftCommand[]): string {
  return JSON.stringify({ nftables: commands });
}

export async function applyCommands(
  { run, within }: Nft,
  commands: readonly NftCommand[],
  attempted: string,
): Promise<void> {
  const input = transaction(commands);
  const result = await run({ tool: 'nft', args: ['-j', '-f', '-'], input, ...(within && { within }) });
  if (result.exitCode !== 0) throw toolRefused(attempted, 'nft', result);
}

/** Puts a table in the place of whatever had its name. */
export function replaceTable(table: NftTable): NftCommand[] {
  const { family, name, chains, rules } = table;
  return [
    ...removeTable(table),
    { add: { table: { family, name } } },
    ...chains.map(chain => ({ add: { chain: { family, table: name, name: chain.name, ...chain.base } } })),
    ...rules.map(({ chain, expr }) => ({ add: { rule: { family, table: name, chain, expr } } })),
  ];
}

/** Also where there is none: it is made before it is deleted. */
export function removeTable({ family, name }: Pick<NftTable, 'family' | 'name'>): NftCommand[] {
  const table = { family, name };
  return [{ add: { table } }, { delete: { table } }];
}
