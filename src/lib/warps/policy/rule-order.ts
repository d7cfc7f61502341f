import type { Protocol } from '../../config/routing-rule.js';
import type { PortSpan } from '../../model/routing.js';
import type { Prefix } from '../../net/prefix.js';

/** What one rule of the kernel sends to a table. */
export interface Selection {
  readonly to: Prefix;
  readonly protocol?: Protocol;
  readonly ports?: PortSpan;
  readonly table: number;
}

/**
 * The order in which selections are asked: what says more comes first. Of prefixes the longest; within one, ports
 * (the fewest first) before a protocol, and that before everything. What is left is settled by numbers alone, so
 * that the same selections always come out in the same order.
 */
export function compareSelections(a: Selection, b: Selection): number {
  return (
    b.to.length - a.to.length ||
    vagueness(a) - vagueness(b) ||
    width(a) - width(b) ||
    Number(a.to.first > b.to.first) - Number(a.to.first < b.to.first) ||
    (a.protocol ?? '').localeCompare(b.protocol ?? '') ||
    (a.ports?.first ?? 0) - (b.ports?.first ?? 0) ||
    a.table - b.table
  );
}

function vagueness({ protocol, ports }: Selection): number {
  if (ports) return 0;
  return protocol === undefined ? 2 : 1;
}

function width({ ports }: Selection): number {
  return ports ? ports.last - ports.first : 0;
}
