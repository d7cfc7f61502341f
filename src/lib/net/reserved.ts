import { overlaps, parsePrefix, type Prefix } from './prefix.js';

/** Ranges in which no container can have an address (RFC 6890). */
const ranges: readonly [range: string, what: string][] = [
  ['0.0.0.0/8', '"this host" (0.0.0.0/8)'],
  ['127.0.0.0/8', 'loopback (127.0.0.0/8)'],
  ['224.0.0.0/4', 'multicast (224.0.0.0/4)'],
  ['240.0.0.0/4', 'reserved (240.0.0.0/4)'],
  ['::/127', 'the unspecified and loopback addresses'],
  ['ff00::/8', 'multicast (ff00::/8)'],
];

/** What a prefix touches that is set aside for something other than hosts. */
export function reservedIn(prefix: Prefix): string | undefined {
  return ranges.find(([text]) => {
    const range = parsePrefix(text);
    return range.ok && overlaps(range.prefix, prefix);
  })?.[1];
}
