/** Where in a JSON value something stands. */
export type JsonPath = readonly (string | number)[];

/** Every place in a JSON value, the whole of it included. */
export function placesIn(value: unknown, at: JsonPath = []): JsonPath[] {
  if (typeof value !== 'object' || value === null) return [at];
  const inner = Array.isArray(value)
    ? value.flatMap((entry, i) => placesIn(entry, [...at, i]))
    : Object.entries(value).flatMap(([key, entry]) => placesIn(entry, [...at, key]));
  return [at, ...inner];
}

/** What stands at a place instead: a value of some type, or nothing at all. */
export type Mutation = { readonly put: unknown } | 'remove';

/** A value of every type, and texts that an engine does not send. */
export const mutations: readonly Mutation[] = [
  'remove',
  { put: null },
  { put: true },
  { put: -1 },
  { put: 1e308 },
  { put: '' },
  { put: '\u001b[31m\u202e\nnot what it was\u0000' },
  { put: 'x'.repeat(10_000) },
  { put: [] },
  { put: [null] },
  { put: [[[]]] },
  { put: {} },
  { put: { __proto__: null, toString: 1, constructor: 'x' } },
];

/** A copy in which one place is changed. */
export function mutated(value: unknown, at: JsonPath, mutation: Mutation): unknown {
  const [key, ...rest] = at;
  if (key === undefined) return mutation === 'remove' ? undefined : mutation.put;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<
    string | number,
    unknown
  >;
  if (rest.length > 0 || mutation !== 'remove') copy[key] = mutated(copy[key], rest, mutation);
  else if (Array.isArray(copy)) copy.splice(Number(key), 1);
  else Reflect.deleteProperty(copy, key);
  return copy;
}
