import { listedNames } from '../model/group-findings.js';

/** What gets out of a guarded network: by addresses that are let out, or through warps that leave by another one. */
export function waysOut(letOut: readonly string[], elsewhere: readonly string[]): string {
  if (letOut.length > 0) return `out by ${letOut.join(', ')} only`;
  return elsewhere.length > 0
    ? `out through ${listedNames(elsewhere)} only, by another network`
    : 'no warp runs on it: nothing gets out';
}

export function packetsHeldBack(count: number): string {
  return `${String(count)} ${count === 1 ? 'packet' : 'packets'} held back`;
}
