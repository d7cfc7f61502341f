import { isDeepStrictEqual } from 'node:util';

/** What nft calls a statement or match of a rule, in its JSON (libnftables-json(5)). */
export type Expression = Readonly<Record<string, unknown>>;

/** Where a base chain is attached. */
export interface Hook {
  readonly type: string;
  readonly hook: string;
  readonly prio: number;
  readonly policy: string;
}

export interface NftChain {
  readonly name: string;
  /** Absent for a chain that only others jump to. */
  readonly base?: Hook;
}

export interface NftRule {
  readonly chain: string;
  readonly expr: readonly Expression[];
  readonly comment?: string;
  /** The kernel's number of it; only in what was read. */
  readonly handle?: number;
}

/** One table, as it is or as it should be. */
export interface NftTable {
  readonly family: string;
  readonly name: string;
  readonly chains: readonly NftChain[];
  readonly rules: readonly NftRule[];
  /** Named sets, maps, flags (`dormant` puts a table out of force) and whatever else ours have none of. */
  readonly others: number;
}

function isRecord(value: unknown): value is Expression {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function baseOf({ type, hook, prio, policy }: Expression): Hook | undefined {
  if (typeof type !== 'string' || typeof hook !== 'string' || typeof prio !== 'number') return undefined;
  return { type, hook, prio, policy: textOf(policy) };
}

function readChain(json: Expression): NftChain {
  const base = baseOf(json);
  return { name: textOf(json['name']), ...(base && { base }) };
}

function readRule({ chain, expr, comment, handle }: Expression): NftRule {
  return {
    chain: textOf(chain),
    expr: Array.isArray(expr) ? expr.filter(isRecord) : [],
    ...(typeof comment === 'string' && { comment }),
    ...(typeof handle === 'number' && { handle }),
  };
}

/** The answer to `nft -j list …`; undefined for what is none. */
export function parseRuleset(json: string): NftTable[] | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!isRecord(answer) || !Array.isArray(answer['nftables'])) return undefined;
  const items: readonly unknown[] = answer['nftables'];
  const objects = items.filter(isRecord).flatMap(item => Object.entries(item));
  return objects
    .filter(([kind]) => kind === 'table')
    .flatMap(([, value]) => (isRecord(value) ? [value] : []))
    .map(({ family, name, flags }) => {
      const own = objects.flatMap(([kind, value]) =>
        isRecord(value) && value['family'] === family && value['table'] === name
          ? [[kind, value] as const]
          : [],
      );
      const all = (wanted: string): Expression[] =>
        own.filter(([kind]) => kind === wanted).map(([, value]) => value);
      const chains = all('chain').map(readChain);
      const rules = all('rule').map(readRule);
      return {
        family: textOf(family),
        name: textOf(name),
        chains,
        rules,
        others: own.length - chains.length - rules.length + (flags === undefined ? 0 : 1),
      };
    });
}

/** An expression without what does not count: what was counted, and the order in which nft lists a set. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === 'counter') return [key, null];
      if (key === 'set' && Array.isArray(inner)) return [key, inner.map(String).sort()];
      return [key, canonical(inner)];
    }),
  );
}

/** Whether two rules do the same. */
export function isSameRule(a: NftRule, b: NftRule): boolean {
  return a.chain === b.chain && isDeepStrictEqual(canonical(a.expr), canonical(b.expr));
}

/** Whether a table is exactly as it should be: no chain, rule or anything else more or less. */
export function isSameTable(actual: NftTable, wanted: NftTable): boolean {
  const chains = ({ chains: some }: NftTable): unknown =>
    some.map(({ name, base = null }) => ({ name, base })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const rules = (table: NftTable): unknown =>
    table.chains
      .map(({ name }) => name)
      .sort()
      .map(name => table.rules.filter(({ chain }) => chain === name).map(({ expr }) => canonical(expr)));
  return (
    actual.others === wanted.others &&
    isDeepStrictEqual(chains(actual), chains(wanted)) &&
    isDeepStrictEqual(rules(actual), rules(wanted))
  );
}
