import { randomBytes } from 'node:crypto';
import { checkedDevice, deviceIs } from '../nft/expressions.js';
import type { Expression, NftRule, NftTable } from '../nft/ruleset.js';

/** Before everything that drops or rewrites, and after it: what is in between was dropped on the way. */
const first = -400;
const last = 400;

const count: Expression = { counter: null };

interface Place {
  readonly name: string;
  readonly hook: 'prerouting' | 'forward' | 'input';
  readonly prio: number;
}

/** Chains of the host's table. The host itself may be where packets go: a way past the warp as well. */
const hostPlaces = {
  leaving: { name: 'leaving', hook: 'forward', prio: first },
  left: { name: 'left', hook: 'forward', prio: last },
  entering: { name: 'entering', hook: 'input', prio: first },
  entered: { name: 'entered', hook: 'input', prio: last },
} as const satisfies Record<string, Place>;

const warpPlaces = {
  reached: { name: 'reached', hook: 'prerouting', prio: first },
  'sent-on': { name: 'sent-on', hook: 'forward', prio: last },
} as const satisfies Record<string, Place>;

export type Counted = ReadonlyMap<string, number>;

/** A name that no other run has; it tells whose process made it. */
export function drawTableName(pid: number): string {
  return `fairlead_probe_${String(pid)}_${randomBytes(8).toString('hex')}`;
}

/** The process that made a table of counters; undefined for any other table. */
export function ownerOfTable(name: string): number | undefined {
  const pid = /^fairlead_probe_([1-9]\d{0,9})_[0-9a-f]{16}$/.exec(name)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

function tableOf(name: string, places: readonly Place[], rules: readonly NftRule[]): NftTable {
  const chains = places.map(({ name: chain, hook, prio }) => ({
    name: chain,
    base: { type: 'filter', hook, prio, policy: 'accept' },
  }));
  return { family: 'inet', name, chains, rules, others: 0 };
}

/** What comes from a warp went through it: of a warp with one network it leaves by the bridge it came in by. */
function fromNoWarp(warpMacs: readonly string[]): Expression[] {
  const macs = warpMacs.filter(mac => /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(mac));
  if (macs.length === 0) return [];
  const left = { payload: { protocol: 'ether', field: 'saddr' } };
  return [{ match: { op: '!=', left, right: { set: macs } } }];
}

/**
 * Counts what leaves these bridges by another device, or for the host itself. What stays on a bridge passes through the
 * host's hooks too where the kernel sends it there (`bridge-nf-call-iptables`), and is not meant.
 */
export function hostTable(
  name: string,
  signature: readonly Expression[],
  { bridges, warpMacs }: { readonly bridges: readonly string[]; readonly warpMacs: readonly string[] },
): NftTable {
  const places = Object.values(hostPlaces);
  const rules = bridges.flatMap(bridge => {
    const device = checkedDevice(bridge);
    return places.map(({ name: chain, hook }) => ({
      chain,
      expr: [
        deviceIs('iifname', '==', device),
        ...(hook === 'forward' ? [deviceIs('oifname', '!=', device)] : []),
        ...fromNoWarp(warpMacs),
        ...signature,
        count,
      ],
    }));
  });
  return tableOf(name, places, rules);
}

/** Counts what comes into a warp from somebody who is none, and what of all that it forwards. */
export function warpTable(
  name: string,
  signature: readonly Expression[],
  { warpMacs }: { readonly warpMacs: readonly string[] },
): NftTable {
  const places = Object.values(warpPlaces);
  const rules = places.map(({ name: chain }) => ({
    chain,
    expr: [...fromNoWarp(warpMacs), ...signature, count],
  }));
  return tableOf(name, places, rules);
}

/** What of the probe left past every warp, and what was kept from it. */
export function readHostCounts(counted: Counted): { readonly past: number; readonly heldBack: number } {
  const at = (place: keyof typeof hostPlaces): number => counted.get(hostPlaces[place].name) ?? 0;
  const past = at('left') + at('entered');
  return { past, heldBack: Math.max(0, at('leaving') + at('entering') - past) };
}

export function readWarpCounts(counted: Counted): { readonly reached: number; readonly sentOn: number } {
  const at = (place: keyof typeof warpPlaces): number => counted.get(warpPlaces[place].name) ?? 0;
  return { reached: at('reached'), sentOn: at('sent-on') };
}
