import { isIPv4, isIPv6 } from 'node:net';
import { boundsOf, type Family } from './bounds.js';

/** One IP address. */
export interface Address {
  readonly family: Family;
  readonly value: bigint;
  /** Canonical text: IPv6 compressed and in lower case. */
  readonly text: string;
}

/** Why text is no address, and what was probably meant. */
export interface AddressRefusal {
  readonly ok: false;
  readonly why: string;
  readonly suggestion?: string;
}

export type AddressReading = { readonly ok: true; readonly address: Address } | AddressRefusal;

const mapped = /^(?:0*:){2,5}:?ffff:(\d+(?:\.\d+){3})$/i;

/**
 * Reads an address strictly: four decimal parts without leading zeros, or IPv6. A zone (`fe80::1%eth0`) means
 * something on one host only, and an IPv4 address in IPv6 notation is read by the engine as IPv4: both are
 * refused.
 */
export function parseAddress(text: string): AddressReading {
  if (isIPv4(text)) return accepted(text);
  if (!isIPv6(text)) return refusal(text);
  if (text.includes('%')) {
    const suggestion = text.slice(0, text.indexOf('%'));
    return { ok: false, why: 'has a zone, which has no meaning here', suggestion };
  }
  const inner = mapped.exec(text)?.[1];
  if (inner !== undefined)
    return { ok: false, why: 'is an IPv4 address in IPv6 notation', suggestion: inner };
  return accepted(text);
}

function accepted(text: string): AddressReading {
  const { family, first, text: canonical } = boundsOf(text);
  return { ok: true, address: { family, value: first, text: canonical } };
}

function refusal(text: string): AddressRefusal {
  const slash = text.indexOf('/');
  const bare = slash < 0 ? text.trim() : text.slice(0, slash);
  const suggestion = bare !== text && (isIPv4(bare) || isIPv6(bare)) ? { suggestion: bare } : {};
  return {
    ok: false,
    why: slash < 0 ? 'is no IP address' : 'is a prefix where one address is wanted',
    ...suggestion,
  };
}

/** The canonical form of an address an engine reports; text that is no address comes back as it is. */
export function canonicalAddress(text: string): string {
  const reading = parseAddress(text);
  return reading.ok ? reading.address.text : text;
}
