import type { GuardedBridge, GuardState } from '../../model/guard.js';
import {
  addressIs,
  byFamily,
  checkedDevice,
  deviceIs,
  families,
  isDeviceName,
  readAddresses,
  readDevice,
  recordIn,
} from '../nft/expressions.js';
import { type NftRule, type NftTable, isSameTable } from '../nft/ruleset.js';

/** The one table in the host's namespace. */
export const guardTableName = 'fairlead';

const forward = {
  name: 'forward',
  // Before every other filter: a drop is final whatever they would say, and what we let pass they still decide.
  base: { type: 'filter', hook: 'forward', prio: -10, policy: 'accept' },
} as const;

const chainPrefix = 'from-';

/**
 * Bridged packets pass through this hook too where the kernel sends them there (`bridge-nf-call-iptables`): they leave
 * by the bridge they came from, and are let alone (engine fact E36).
 */
function guardBridge({ bridge, warps }: GuardedBridge): NftRule[] {
  const device = checkedDevice(bridge);
  const chain = `${chainPrefix}${device}`;
  const sources = byFamily(warps);
  const pass = { return: null };
  return [
    {
      chain: forward.name,
      expr: [
        deviceIs('iifname', '==', device),
        deviceIs('oifname', '!=', device),
        { jump: { target: chain } },
      ],
    },
    // Answers to whoever came in; a packet that belongs to no known connection is no answer.
    { chain, expr: [{ match: { op: '==', left: { ct: { key: 'direction' } }, right: 'reply' } }, pass] },
    ...families
      .filter(family => sources[family].length > 0)
      .map(family => ({ chain, expr: [addressIs(family, 'saddr', sources[family]), pass] })),
    { chain, expr: [{ counter: { packets: 0, bytes: 0 } }, { drop: null }] },
  ];
}

/** The table that guards these bridges. Throws a KernelError for names and addresses that are none. */
export function guardTable(bridges: readonly GuardedBridge[]): NftTable {
  return {
    family: 'inet',
    name: guardTableName,
    chains: [forward, ...bridges.map(({ bridge }) => ({ name: `${chainPrefix}${bridge}` }))],
    rules: bridges.flatMap(guardBridge),
    others: 0,
  };
}

function droppedBy(rules: readonly NftRule[]): number {
  const counters = rules.flatMap(({ expr }) => expr.map(each => recordIn(each, 'counter')?.['packets']));
  return counters.reduce<number>((sum, packets) => sum + (typeof packets === 'number' ? packets : 0), 0);
}

function readBridge(bridge: string, { rules }: NftTable): GuardState['bridges'][number] {
  const own = rules.filter(({ chain }) => chain === `${chainPrefix}${bridge}`);
  const warps = own.flatMap(({ expr }) => readAddresses(expr[0]) ?? []).sort();
  return { bridge, warps, dropped: droppedBy(own) };
}

/** What a table guards. It counts as whole only where it is, rule for rule, the one that guards just that. */
export function readGuardTable(table: NftTable): GuardState {
  const names = table.rules
    .filter(({ chain }) => chain === forward.name)
    .map(({ expr }) => readDevice(expr[0], 'iifname') ?? '')
    .filter(isDeviceName);
  const bridges = [...new Set(names)].map(bridge => readBridge(bridge, table));
  return { whole: isWhole(table, bridges), bridges };
}

function isWhole(table: NftTable, bridges: GuardState['bridges']): boolean {
  try {
    return isSameTable(table, guardTable(bridges));
  } catch {
    // With sources that are no addresses it is none of ours.
    return false;
  }
}
