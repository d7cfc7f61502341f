import type { Family } from '../../model/routing.js';
import type { DroppingChain } from '../../model/warp-side.js';
import { readAddresses, recordIn } from '../nft/expressions.js';
import type { Expression, NftChain, NftRule, NftTable } from '../nft/ruleset.js';
import { natTableName } from './nat-table.js';

/** What rules of others do with packets that are forwarded. */
export interface ForeignRules {
  readonly masquerades: readonly Family[];
  readonly dropping: readonly DroppingChain[];
  readonly clampsSegments: boolean;
}

const familiesOf: Readonly<Record<string, readonly Family[]>> = {
  ip: ['ipv4'],
  ip6: ['ipv6'],
  inet: ['ipv4', 'ipv6'],
};

const verdicts: ReadonlySet<string> = new Set(['drop', 'reject']);

function isOwn({ family, name }: NftTable): boolean {
  return family === 'inet' && (name === natTableName || name === 'fairlead');
}

function targetOf(expression: Expression): unknown {
  return recordIn(expression, 'xt')?.['name'];
}

/** A rule that ends every packet that reaches it. */
function dropsAll({ expr }: NftRule): boolean {
  const rest = expr.filter(each => !('counter' in each));
  return (
    rest.length === 1 &&
    rest.every(each => verdicts.has(Object.keys(each)[0] ?? '') || targetOf(each) === 'REJECT')
  );
}

/** Chains of a table that end what is forwarded, by their policy or by a rule for everything. */
export function droppingChains(table: NftTable): readonly NftChain[] {
  if (isOwn(table)) return [];
  return table.chains.filter(
    ({ name, base }) =>
      base?.type === 'filter' &&
      base.hook === 'forward' &&
      (base.policy === 'drop' || table.rules.some(rule => rule.chain === name && dropsAll(rule))),
  );
}

/** Whether a chain is one that iptables-nft sees and writes. */
export function isIptablesChain({ family, name }: NftTable, chain: NftChain): boolean {
  return (family === 'ip' || family === 'ip6') && name === 'filter' && chain.name === 'FORWARD';
}

/** The engine's own rewriting of its name server's answers. */
function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

function rewritesSource({ expr }: NftRule): boolean {
  if (expr.some(each => (readAddresses(each) ?? []).some(isLoopback))) return false;
  return expr.some(
    each => 'masquerade' in each || 'snat' in each || ['MASQUERADE', 'SNAT'].includes(String(targetOf(each))),
  );
}

/** By which header a rule looks: in a table of both families it is then for one of them. */
function protocolOf({ expr }: NftRule): string | undefined {
  const payloads = expr.map(each => recordIn(recordIn(recordIn(each, 'match'), 'left'), 'payload'));
  return ['ip', 'ip6'].find(protocol => payloads.some(payload => payload?.['protocol'] === protocol));
}

function masqueradesIn(table: NftTable): readonly Family[] {
  const hasHook = table.chains.some(({ base }) => base?.type === 'nat' && base.hook === 'postrouting');
  if (!hasHook || isOwn(table)) return [];
  return table.rules
    .filter(rewritesSource)
    .flatMap(rule => familiesOf[protocolOf(rule) ?? table.family] ?? []);
}

function fitsSegments({ expr }: NftRule): boolean {
  return expr.some(
    each =>
      targetOf(each) === 'TCPMSS' ||
      recordIn(recordIn(recordIn(each, 'mangle'), 'key'), 'tcp option')?.['name'] === 'maxseg',
  );
}

/** By what nft lists: also the rules of iptables-nft, whose targets it names. */
export function foreignNftRules(tables: readonly NftTable[]): ForeignRules {
  return {
    masquerades: tables.flatMap(masqueradesIn),
    dropping: tables.flatMap(table =>
      droppingChains(table).flatMap(chain =>
        (familiesOf[table.family] ?? []).map(family => ({
          family,
          backend: isIptablesChain(table, chain) ? ('iptables-nft' as const) : ('nft' as const),
        })),
      ),
    ),
    clampsSegments: tables.some(table => table.rules.some(fitsSegments)),
  };
}

/** By the listing of legacy iptables. */
export function foreignLegacyRules(family: Family, lines: readonly string[]): ForeignRules {
  const has = (pattern: RegExp): boolean => lines.some(line => pattern.test(line));
  return {
    masquerades: has(/^-A (?!.* -s 127\.).* -j (?:MASQUERADE|SNAT)\b/) ? [family] : [],
    dropping: has(/^-P FORWARD DROP$|^-A FORWARD -j (?:DROP|REJECT)\b/)
      ? [{ family, backend: 'iptables-legacy' }]
      : [],
    clampsSegments: has(/ -j TCPMSS\b/),
  };
}
