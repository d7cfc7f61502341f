import { normalizeCidr, parseCidr } from 'cidr-tools';

export type Family = 4 | 6;

/** A run of addresses: one address, or all of a prefix. */
export interface Bounds {
  readonly family: Family;
  readonly first: bigint;
  readonly last: bigint;
  /** The canonical text: lower case, compressed, and for a prefix the network's own address. */
  readonly text: string;
}

/**
 * The numbers behind an address or prefix. cidr-tools reads far more than it should (` 10.0.0.0/8` becomes
 * 202.0.0.0/8, `/33` passes), so only text that `node:net` has let through may come here.
 */
export function boundsOf(checked: string): Bounds {
  const { version, start, end } = parseCidr(checked);
  return { family: version, first: start, last: end, text: normalizeCidr(checked) };
}
