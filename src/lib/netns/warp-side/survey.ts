import type { Family } from '../../model/routing.js';
import { families } from '../nft/expressions.js';
import { type NftTable } from '../nft/ruleset.js';
import { listTables } from '../nft/run-nft.js';
import { isKernelFailure } from '../kernel-error.js';
import type { OpenNamespace } from '../open-namespace.js';
import type { RunTool } from '../tools.js';
import { isIptablesChain } from './foreign-rules.js';
import { type IptablesBackend, type IptablesTable, legacyTables, listRules } from './iptables.js';
import { natTableName } from './nat-table.js';

/** A FORWARD chain of iptables, and its rules as arguments. */
export interface ForwardChain {
  readonly backend: IptablesBackend;
  readonly family: Family;
  readonly lines: readonly string[];
}

/** All firewall rules of a namespace, in all three languages. */
export interface Survey {
  readonly tables: readonly NftTable[];
  /** The table that Fairlead has made. */
  readonly own?: NftTable;
  /** Lines of all tables of legacy iptables. */
  readonly legacy: readonly { readonly family: Family; readonly lines: readonly string[] }[];
  readonly forward: readonly ForwardChain[];
  /** Families of whose legacy tables nothing is known, for there is no program to ask. */
  readonly unread: readonly Family[];
}

const looked: readonly IptablesTable[] = ['filter', 'nat', 'mangle'];

interface LegacyRules {
  readonly all: readonly string[];
  readonly forward: readonly ForwardChain[];
  readonly unread?: true;
}

async function surveyLegacy(
  run: RunTool,
  within: OpenNamespace,
  family: Family,
  signal: AbortSignal | undefined,
): Promise<LegacyRules> {
  const present = await legacyTables(run, within, family, signal);
  try {
    return await listLegacy(run, within, family, present, signal);
  } catch (error) {
    // An image brings its own, which the host need not have.
    if (isKernelFailure(error, 'tool')) return { all: [], forward: [], unread: true };
    throw error;
  }
}

async function listLegacy(
  run: RunTool,
  within: OpenNamespace,
  family: Family,
  present: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<LegacyRules> {
  const all: string[] = [];
  const forward: ForwardChain[] = [];
  for (const table of looked.filter(name => present.has(name))) {
    const lines = await listRules({ run, within, backend: 'iptables-legacy', family }, table, signal);
    all.push(...lines);
    if (table === 'filter') forward.push({ backend: 'iptables-legacy', family, lines });
  }
  return { all, forward };
}

/** nft lists the rules of iptables-nft without their comments: by these ours are known. */
async function surveyIptablesNft(
  run: RunTool,
  within: OpenNamespace,
  tables: readonly NftTable[],
  signal: AbortSignal | undefined,
): Promise<ForwardChain[]> {
  const present = tables.filter(table => table.chains.some(chain => isIptablesChain(table, chain)));
  const chains: ForwardChain[] = [];
  for (const table of present) {
    const family = table.family === 'ip' ? 'ipv4' : 'ipv6';
    const lines = await listRules({ run, within, backend: 'iptables-nft', family }, 'filter', signal);
    chains.push({ backend: 'iptables-nft', family, lines });
  }
  return chains;
}

export async function survey(run: RunTool, within: OpenNamespace, signal?: AbortSignal): Promise<Survey> {
  const tables = await listTables({ run, within }, signal);
  const own = tables.find(({ family, name }) => family === 'inet' && name === natTableName);
  const legacy = await Promise.all(families.map(family => surveyLegacy(run, within, family, signal)));
  return {
    tables,
    ...(own && { own }),
    legacy: families.map((family, at) => ({ family, lines: legacy[at]?.all ?? [] })),
    forward: [
      // Where the table of ours is not, none of our rules are: it is made first and removed last.
      ...(own ? await surveyIptablesNft(run, within, tables, signal) : []),
      ...legacy.flatMap(({ forward }) => forward),
    ],
    unread: families.filter((_, at) => legacy[at]?.unread),
  };
}
