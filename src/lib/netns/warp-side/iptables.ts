import type { Family } from '../../model/routing.js';
import type { OpenNamespace } from '../open-namespace.js';
import { toolRefused } from '../tool-refused.js';
import type { RunTool, Tool } from '../tools.js';

/** The two programs called iptables: each has rules of its own, and a packet has to get past both. */
export type IptablesBackend = 'iptables-nft' | 'iptables-legacy';

/** The tables that are looked at. */
export type IptablesTable = 'filter' | 'nat' | 'mangle';

const tools: Readonly<Record<IptablesBackend, Readonly<Record<Family, Tool>>>> = {
  'iptables-nft': { ipv4: 'iptables-nft', ipv6: 'ip6tables-nft' },
  'iptables-legacy': { ipv4: 'iptables-legacy', ipv6: 'ip6tables-legacy' },
};

export interface Iptables {
  readonly run: RunTool;
  readonly within: OpenNamespace;
  readonly backend: IptablesBackend;
  readonly family: Family;
}

export async function iptables(
  { run, within, backend, family }: Iptables,
  args: readonly string[],
  attempted: string,
  signal?: AbortSignal,
): Promise<string> {
  const tool = tools[backend][family];
  // Legacy keeps a lock that any other iptables of the host may have.
  const result = await run({ tool, args: ['-w', '5', ...args], within }, signal);
  if (result.exitCode !== 0) throw toolRefused(attempted, tool, result);
  return result.stdout;
}

/** The rules of a table, as arguments; for legacy only of a table that is there, for a look would make it. */
export async function listRules(
  of: Iptables,
  table: IptablesTable,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const stdout = await iptables(of, ['-t', table, '-S'], 'read the firewall rules', signal);
  return stdout.split('\n').filter(line => line !== '');
}

const listings: Readonly<Record<Family, string>> = {
  ipv4: '/proc/net/ip_tables_names',
  ipv6: '/proc/net/ip6_tables_names',
};

/** The tables of legacy iptables that exist in a namespace; kernels without it list none. */
export async function legacyTables(
  run: RunTool,
  within: OpenNamespace,
  family: Family,
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const result = await run({ tool: 'cat', args: [listings[family]], within }, signal);
  if (result.exitCode === 0) return new Set(result.stdout.split('\n').filter(name => name !== ''));
  if (result.stderr.includes('No such file or directory')) return new Set();
  throw toolRefused('read which firewall tables there are', 'cat', result);
}
