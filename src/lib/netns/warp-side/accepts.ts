import type { Family } from '../../model/routing.js';
import type { DroppingChain, WarpNat } from '../../model/warp-side.js';
import { addressIs, byFamily, checkedDevice, deviceIs } from '../nft/expressions.js';
import { type NftRule, type NftTable, isSameRule } from '../nft/ruleset.js';
import type { NftCommand } from '../nft/run-nft.js';
import { droppingChains, isIptablesChain } from './foreign-rules.js';
import type { ForwardChain } from './survey.js';

/** The comment on every rule of ours among those of others. */
const tag = 'fairlead';

const width: Readonly<Record<Family, string>> = { ipv4: '32', ipv6: '128' };

/**
 * What has to be accepted in the FORWARD chain of iptables, as `-S` lists it: out of the tunnel, and back what
 * answers. An accept in a table of our own would not do: a drop anywhere is final (kernel facts, section 2).
 */
function wantedAccepts(family: Family, { targets, tunnel }: WarpNat): readonly string[] {
  const [out, back] =
    tunnel === undefined ? ['', ''] : ['-o', '-i'].map(to => `${to} ${checkedDevice(tunnel)} `);
  const end = `-m comment --comment ${tag} -j ACCEPT`;
  return byFamily(targets)[family].flatMap(address => [
    `-s ${address}/${width[family]} ${out ?? ''}${end}`,
    `-d ${address}/${width[family]} ${back ?? ''}-m conntrack --ctstate RELATED,ESTABLISHED ${end}`,
  ]);
}

/** Rules of ours among the lines of a listing, one entry each time they are there. */
function ownAccepts(lines: readonly string[]): readonly string[] {
  const begin = '-A FORWARD ';
  // Of words that iptables itself prints, and no others: they become arguments again.
  return lines
    .filter(line => line.startsWith(begin) && / --comment fairlead(?: |$)/.test(line))
    .map(line => line.slice(begin.length))
    .filter(body => /^[a-zA-Z0-9_.,:/ -]+$/.test(body));
}

/** Arguments by which a FORWARD chain gets what is missing of ours and loses what is too much, in this order. */
export function acceptChanges(
  { backend, family, lines }: ForwardChain,
  nat: WarpNat | undefined,
  dropping: readonly DroppingChain[],
): readonly (readonly string[])[] {
  const isDropping = dropping.some(each => each.backend === backend && each.family === family);
  const wanted = nat && isDropping ? wantedAccepts(family, nat) : [];
  const own = ownAccepts(lines);
  const excess = own.filter((body, at) => !wanted.includes(body) || own.indexOf(body) !== at);
  return [
    ...wanted.filter(body => !own.includes(body)).map(body => ['-I', 'FORWARD', '1', ...body.split(' ')]),
    ...excess.map(body => ['-D', 'FORWARD', ...body.split(' ')]),
  ];
}

function ownRules(table: NftTable, chain: string): readonly NftRule[] {
  return table.rules.filter(rule => rule.chain === chain && rule.comment === tag);
}

/** The same for chains that were made with nft itself. */
function nativeAccepts(table: NftTable, chain: string, nat: WarpNat | undefined): readonly NftRule[] {
  if (!nat) return [];
  const { tunnel } = nat;
  const among = byFamily(nat.targets);
  const known: readonly Family[] =
    table.family === 'inet' ? ['ipv4', 'ipv6'] : table.family === 'ip' ? ['ipv4'] : ['ipv6'];
  const through = (key: 'iifname' | 'oifname'): ReturnType<typeof deviceIs>[] =>
    tunnel === undefined ? [] : [deviceIs(key, '==', checkedDevice(tunnel))];
  const answers = {
    match: { op: 'in', left: { ct: { key: 'state' } }, right: ['established', 'related'] },
  };
  return known
    .filter(family => among[family].length > 0)
    .flatMap(family => [
      { chain, expr: [addressIs(family, 'saddr', among[family]), ...through('oifname'), { accept: null }] },
      {
        chain,
        expr: [addressIs(family, 'daddr', among[family]), ...through('iifname'), answers, { accept: null }],
      },
    ]);
}

/** Inserts in others' nft chains what is missing of ours, and deletes what is too much. */
export function nativeChanges(tables: readonly NftTable[], nat: WarpNat | undefined): readonly NftCommand[] {
  return tables.flatMap(table => {
    const dropping = droppingChains(table).filter(chain => !isIptablesChain(table, chain));
    const names = new Set([...dropping.map(({ name }) => name), ...taggedChains(table)]);
    return [...names].flatMap(chain => {
      const wanted = nativeAccepts(
        table,
        chain,
        dropping.some(({ name }) => name === chain) ? nat : undefined,
      );
      const own = ownRules(table, chain);
      const place = { family: table.family, table: table.name, chain };
      const missing = wanted.filter(rule => !own.some(each => isSameRule(each, rule)));
      const excess = own.filter(rule => !wanted.some(each => isSameRule(each, rule)));
      return [
        ...missing.map(({ expr }) => ({ insert: { rule: { ...place, expr, comment: tag } } })),
        ...excess.map(({ handle }) => ({ delete: { rule: { ...place, handle } } })),
      ];
    });
  });
}

function taggedChains(table: NftTable): readonly string[] {
  const isOthers = table.family !== 'inet' || !table.name.startsWith(tag);
  return isOthers ? table.rules.filter(({ comment }) => comment === tag).map(({ chain }) => chain) : [];
}
