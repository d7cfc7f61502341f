import type { Family, PolicyRule, RoutingChange } from '../../model/routing.js';
import { canBeChangedInPlace } from './clashes.js';

/** What becomes of the rules of one priority and family. */
interface Place {
  readonly priority: number;
  /** In the kernel's order. */
  readonly present: readonly PolicyRule[];
  readonly wanted: readonly PolicyRule[];
  readonly missing: readonly PolicyRule[];
  readonly surplus: ReadonlySet<PolicyRule>;
  /** Whether all of it has to be taken away and put back: see `canBeChangedInPlace`. */
  readonly entangled: boolean;
}

/** The changes of the rules of one family, in two parts: between them both old and new rules are in force. */
export interface RuleChanges {
  readonly family: Family;
  readonly additions: readonly RoutingChange[];
  readonly deletions: readonly RoutingChange[];
  /** Priority for a rule that blocks everything while the deletions are made; absent where none is needed. */
  readonly blockAt?: number;
}

/**
 * Rules are added from the first to the last, and deleted from the last to the first. So whatever a packet meets at
 * any moment is what it met before, or what it will meet: the first of the old rules that speaks of it stays until no
 * later old one is there, and the first of the new ones is there before all later ones. Where the kernel would take
 * one rule for another, a place is emptied and filled again, and everything behind it is blocked meanwhile.
 */
export function ruleChanges(
  from: readonly PolicyRule[],
  to: readonly PolicyRule[],
  family: Family,
): RuleChanges {
  const places = placesOf(
    from.filter(rule => rule.family === family),
    to.filter(rule => rule.family === family),
  );
  const additions = places.filter(({ entangled }) => !entangled).flatMap(({ missing }) => missing.map(add));
  const deletions = [...places].reverse().flatMap(surplusChanges);
  const first = places.find(({ entangled }) => entangled);
  if (!first) return { family, additions, deletions };
  const used = new Set(places.map(({ priority }) => priority));
  return { family, additions, deletions, blockAt: freeBefore(first.priority, used) };
}

function surplusChanges({ entangled, present, wanted, surplus }: Place): RoutingChange[] {
  if (!entangled)
    return [...present]
      .reverse()
      .filter(rule => surplus.has(rule))
      .map(remove);
  // In the kernel's order each is the first that its own deletion can hit.
  return [...present.map(remove), ...wanted.map(add)];
}

function placesOf(from: readonly PolicyRule[], to: readonly PolicyRule[]): Place[] {
  const [present, wanted] = [byPriority(from), byPriority(to)];
  const priorities = [...new Set([...present.keys(), ...wanted.keys()])].sort((a, b) => a - b);
  return priorities.map(priority =>
    placeOf(priority, present.get(priority) ?? [], wanted.get(priority) ?? []),
  );
}

function placeOf(priority: number, present: readonly PolicyRule[], wanted: readonly PolicyRule[]): Place {
  const there = new Set(present.map(textOf));
  const desired = new Set(wanted.map(textOf));
  const missing = wanted.filter(rule => !there.has(textOf(rule)));
  const surplus = new Set(present.filter(rule => rule.unknown ?? !desired.has(textOf(rule))));
  const changes = missing.length > 0 || surplus.size > 0;
  const entangled = changes && !canBeChangedInPlace(present, missing, surplus);
  return { priority, present, wanted, missing, surplus, entangled };
}

function byPriority(rules: readonly PolicyRule[]): Map<number, PolicyRule[]> {
  const places = new Map<number, PolicyRule[]>();
  for (const rule of rules) {
    const place = places.get(rule.priority) ?? [];
    place.push(rule);
    places.set(rule.priority, place);
  }
  return places;
}

/** The last free priority before a place, so that what comes first stays first; 0 is the kernel's own. */
function freeBefore(priority: number, used: ReadonlySet<number>): number {
  for (let free = priority - 1; free > 0; free -= 1) if (!used.has(free)) return free;
  let free = 1;
  while (used.has(free)) free += 1;
  return free;
}

function add(rule: PolicyRule): RoutingChange {
  return { change: 'add-rule', rule };
}

function remove(rule: PolicyRule): RoutingChange {
  return { change: 'delete-rule', rule };
}

function textOf(rule: PolicyRule): string {
  const { to, protocol, ports, mark, table, suppressPrefixLength, unknown } = rule;
  return [
    to,
    protocol,
    ports?.first,
    ports?.last,
    mark?.value,
    mark?.mask,
    table,
    suppressPrefixLength,
    unknown,
  ].join(' ');
}
