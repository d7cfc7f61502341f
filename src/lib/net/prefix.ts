import { isIPv4, isIPv6 } from 'node:net';
import { type Address, parseAddress } from './address.js';
import { type Bounds, boundsOf } from './bounds.js';

/** A network in CIDR notation, without host bits. */
export interface Prefix extends Bounds {
  readonly length: number;
}

/** What is wrong with text that is no prefix. */
export type PrefixFault =
  /** Not ADDRESS/LENGTH at all. */
  | 'syntax'
  /** An address without length. */
  | 'no-length'
  /** A length that the family does not have. */
  | 'length'
  /** An address inside the network instead of the network's own. */
  | 'host-bits';

export interface PrefixRefusal {
  readonly ok: false;
  readonly fault: PrefixFault;
  readonly why: string;
  /** What was probably meant. */
  readonly suggestion?: string;
}

export type PrefixReading = { readonly ok: true; readonly prefix: Prefix } | PrefixRefusal;

const decimal = /^(?:0|[1-9]\d{0,2})$/;

/** Reads ADDRESS/LENGTH strictly: no spaces, no leading zeros, no short forms, no host bits. */
export function parsePrefix(text: string): PrefixReading {
  const cut = text.indexOf('/');
  if (cut < 0) return withoutLength(text);
  const reading = parseAddress(text.slice(0, cut));
  if (!reading.ok) return { ok: false, fault: 'syntax', why: notCidr };
  const length = text.slice(cut + 1);
  const longest = reading.address.family === 4 ? 32 : 128;
  if (!decimal.test(length)) return { ok: false, fault: 'syntax', why: notCidr };
  if (Number(length) > longest) {
    const why = `has a prefix length over ${String(longest)}`;
    return { ok: false, fault: 'length', why };
  }
  const prefix: Prefix = { ...boundsOf(text), length: Number(length) };
  if (prefix.first !== reading.address.value) {
    const why = `has host bits set; the network is ${prefix.text}`;
    return { ok: false, fault: 'host-bits', why, suggestion: prefix.text };
  }
  return { ok: true, prefix };
}

const notCidr = 'is no network in CIDR notation';

function withoutLength(text: string): PrefixRefusal {
  if (!isIPv4(text) && !isIPv6(text)) return { ok: false, fault: 'syntax', why: notCidr };
  const suggestion = `${text}/${isIPv4(text) ? '32' : '128'}`;
  return { ok: false, fault: 'no-length', why: 'has no prefix length', suggestion };
}

/**
 * The canonical form of a prefix an engine reports; old engines echo host bits (fact E18), which do not count.
 * Text that is no prefix comes back as it is.
 */
export function canonicalPrefix(text: string): string {
  const reading = parsePrefix(text);
  if (reading.ok) return reading.prefix.text;
  return reading.fault === 'host-bits' ? (reading.suggestion ?? text) : text;
}

export function containsAddress(prefix: Prefix, address: Address): boolean {
  return prefix.family === address.family && prefix.first <= address.value && address.value <= prefix.last;
}

/** Whether every address of `inner` is one of `outer`. */
export function containsPrefix(outer: Prefix, inner: Prefix): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

export function overlaps(a: Prefix, b: Prefix): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}
