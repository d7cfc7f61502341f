import * as z from 'zod';

/** Building blocks that several sections use. Their patterns are plain, so that the JSON Schema has them too. */

/** Also for addresses and prefixes: what is wrong with those is told by the checks, with what was meant. */
export const nonEmpty = z.string().min(1, { error: 'must not be empty' });

export const duration = z.string().regex(/^(?:0|\d+(?:\.\d+)?(?:ms|s|m|h))$/, {
  error: 'is no duration; write 500ms, 30s, 5m, 1h or 0',
});

export const textMap = z.record(z.string(), z.string());

/** Labels as Compose takes them: a map, or a list of `key=value`. */
export const labels = z.union([textMap, z.array(nonEmpty)]);
