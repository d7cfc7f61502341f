import type { PolicyRule } from '../../model/routing.js';

/**
 * Rules of one priority are where the kernel takes one for another. It asks them in the order in which they were
 * added; a deletion takes the first that has what is given, whatever else that has; and a rule to everything counts
 * as there already where any rule beside it has the same table, protocol and ports (measured on Linux 6.18; `rule_find`,
 * `rule_exists` and `fib4_rule_compare` of its source).
 *
 * Whether rules can be added behind those that are there, and each surplus one be deleted from the last to the
 * first, without another one being hit. `present` is in the kernel's order.
 */
export function canBeChangedInPlace(
  present: readonly PolicyRule[],
  missing: readonly PolicyRule[],
  surplus: ReadonlySet<PolicyRule>,
): boolean {
  const there = [...present];
  for (const rule of missing) {
    if (there.some(other => countsAsThere(other, rule))) return false;
    there.push(rule);
  }
  for (const rule of [...present].reverse()) {
    if (!surplus.has(rule)) continue;
    const hit = there.findIndex(other => isHit(other, rule));
    if (there[hit] !== rule) return false;
    there.splice(hit, 1);
  }
  return true;
}

/** Whether the kernel refuses to add a rule because of another. Of one that is not understood, the worst is assumed. */
function countsAsThere(other: PolicyRule, added: PolicyRule): boolean {
  if (other.unknown) return true;
  return (
    other.table === added.table &&
    other.protocol === added.protocol &&
    other.ports?.first === added.ports?.first &&
    other.ports?.last === added.ports?.last &&
    other.mark?.value === added.mark?.value &&
    other.mark?.mask === added.mark?.mask &&
    other.suppressPrefixLength === added.suppressPrefixLength &&
    (added.to === undefined || added.to === other.to)
  );
}

/** Whether a deletion of one rule would also take another. One that is not understood is deleted by its priority. */
function isHit(other: PolicyRule, deleted: PolicyRule): boolean {
  if (other.unknown || deleted.unknown) return true;
  return (
    other.table === deleted.table &&
    (deleted.to === undefined || deleted.to === other.to) &&
    (deleted.protocol === undefined || deleted.protocol === other.protocol) &&
    (deleted.ports === undefined ||
      (deleted.ports.first === other.ports?.first && deleted.ports.last === other.ports.last)) &&
    (deleted.mark === undefined ||
      (deleted.mark.value === other.mark?.value && deleted.mark.mask === other.mark.mask)) &&
    (deleted.suppressPrefixLength === undefined ||
      deleted.suppressPrefixLength === other.suppressPrefixLength)
  );
}
