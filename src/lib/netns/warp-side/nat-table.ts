import { type Family, routeProtocol } from '../../model/routing.js';
import type { WarpNat } from '../../model/warp-side.js';
import {
  addressIs,
  byFamily,
  checkedDevice,
  deviceIs,
  families,
  familyOf,
  readAddresses,
  readDevice,
} from '../nft/expressions.js';
import type { Expression, NftRule, NftTable } from '../nft/ruleset.js';

/** Another name than that of the table for replies: a warp may be a target itself. */
export const natTableName = 'fairlead-nat';

/**
 * What was changed in a warp's namespace beside tables, each remembered by an empty chain of this name: so that it
 * can be taken back, whoever is asked to, and never more than was changed.
 */
export const memories = ['set_ipv4_forwarding', 'set_ipv6_forwarding', 'had_no_redirects'] as const;

export type Memory = (typeof memories)[number];

/** Before connections are looked up (conntrack does that at -200). */
const zoning = {
  name: 'zoning',
  base: { type: 'filter', hook: 'prerouting', prio: -300, policy: 'accept' },
} as const;

const forward = {
  name: 'forward',
  base: { type: 'filter', hook: 'forward', prio: -10, policy: 'accept' },
} as const;

const postrouting = {
  name: 'postrouting',
  base: { type: 'nat', hook: 'postrouting', prio: 100, policy: 'accept' },
} as const;

const clamp: readonly Expression[] = [
  { match: { op: 'in', left: { payload: { protocol: 'tcp', field: 'flags' } }, right: 'syn' } },
  {
    mangle: {
      key: { 'tcp option': { name: 'maxseg', field: 'size' } },
      value: { rt: { key: 'mtu' } },
    },
  },
];

/**
 * NAT is decided at the first packet of a connection. One that was forwarded before there was any, as after a restart of
 * the warp, would go on without it for as long as it does not pause; in a zone of ours the kernel knows nothing of it and
 * takes it for new. Of one direction only: answers are to the warp's own address and look for it where they always do.
 * Connections that have NAT already must not get there: as new ones they would get other ports, and be reset.
 */
const intoZone: Expression = {
  mangle: { key: { ct: { key: 'zone', dir: 'original' } }, value: routeProtocol },
};

function rulesFor(
  family: Family,
  targets: readonly string[],
  tunnel: string | undefined,
  isZoned: boolean,
): NftRule[] {
  const from = addressIs(family, 'saddr', targets);
  const out = tunnel === undefined ? [] : [deviceIs('oifname', '==', checkedDevice(tunnel))];
  return [
    ...(isZoned ? [{ chain: zoning.name, expr: [from, intoZone] }] : []),
    // Without its tunnel a warp would send what it is given by its own address and network.
    ...(tunnel === undefined
      ? []
      : [{ chain: forward.name, expr: [from, deviceIs('oifname', '!=', tunnel), { drop: null }] }]),
    { chain: forward.name, expr: [from, ...clamp] },
    { chain: forward.name, expr: [addressIs(family, 'daddr', targets), ...clamp] },
    { chain: postrouting.name, expr: [from, ...out, { masquerade: null }] },
  ];
}

/** What of the table does not follow from what is asked for, but from how the warp was found. */
export interface NatCircumstances {
  readonly remembered: ReadonlySet<Memory>;
  /** Families whose packets have a zone of their own. */
  readonly zoned: ReadonlySet<Family>;
}

/** The table that a warp gets. Throws a KernelError for names and addresses that are none. */
export function natTable({ targets, tunnel }: WarpNat, { remembered, zoned }: NatCircumstances): NftTable {
  const sources = byFamily(targets);
  const among = families.filter(family => sources[family].length > 0);
  return {
    family: 'inet',
    name: natTableName,
    chains: [
      ...(among.some(family => zoned.has(family)) ? [zoning] : []),
      forward,
      postrouting,
      ...memories.filter(memory => remembered.has(memory)).map(name => ({ name })),
    ],
    rules: among.flatMap(family => rulesFor(family, sources[family], tunnel, zoned.has(family))),
    others: 0,
  };
}

/** What a table of that name was made for. */
export function readNatTable({ rules, chains }: NftTable): NatCircumstances & {
  readonly nat: WarpNat;
  /** Families that it does NAT in. */
  readonly served: ReadonlySet<Family>;
} {
  const masquerading = rules.filter(({ chain }) => chain === postrouting.name);
  const targets = masquerading.flatMap(({ expr }) => readAddresses(expr[0]) ?? []).sort();
  const tunnel = masquerading
    .map(({ expr }) => readDevice(expr[1], 'oifname'))
    .find(name => name !== undefined);
  const names = new Set(chains.map(({ name }) => name));
  return {
    nat: { targets, ...(tunnel !== undefined && { tunnel }) },
    served: familiesIn(masquerading),
    zoned: familiesIn(rules.filter(({ chain }) => chain === zoning.name)),
    remembered: new Set(memories.filter(memory => names.has(memory))),
  };
}

/** Of rules that begin with whose packets they are for. */
function familiesIn(rules: readonly NftRule[]): ReadonlySet<Family> {
  return new Set(rules.flatMap(({ expr }) => familyOf(expr[0]) ?? []));
}
