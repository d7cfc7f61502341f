import type { Family, ReplyMarking, RoutingChange } from '../../model/routing.js';
import { familyOf, type RouteChange, type RuleChange } from './format-change.js';

/** What one process does. */
export type Batch =
  | { readonly of: Family; readonly changes: readonly (RuleChange | RouteChange)[] }
  | { readonly of: 'replies'; readonly replies: ReplyMarking | undefined };

/**
 * The changes as few processes. No packet sees the rules of both families, so within each the order is kept and that
 * is all that keeps traffic from taking a way it must not. Across them only the ends are: what comes first is first, what
 * comes last is last (the IPv4 backstop, by which a half-done namespace is found again), and the table that marks replies
 * is where it was among all others.
 */
export function batchesOf(changes: readonly RoutingChange[]): Batch[] {
  const batches: Batch[] = [];
  let stretch: (RuleChange | RouteChange)[] = [];
  for (const change of changes) {
    if (change.change !== 'set-replies' && change.change !== 'clear-replies') {
      stretch.push(change);
      continue;
    }
    const replies = change.change === 'set-replies' ? change.replies : undefined;
    batches.push(...byFamily(stretch), { of: 'replies', replies });
    stretch = [];
  }
  return [...batches, ...byFamily(stretch)];
}

function byFamily(changes: readonly (RuleChange | RouteChange)[]): Batch[] {
  const [first] = changes;
  const last = changes.at(-1);
  if (!first || !last) return [];
  const leading = familyOf(first);
  const following = changes.filter(change => familyOf(change) !== leading);
  // What comes after the other family's last change, if anything does.
  const after = changes.slice(changes.findLastIndex(change => familyOf(change) !== leading) + 1);
  if (following.length === 0) return [{ of: leading, changes }];
  const before = changes
    .slice(0, changes.length - after.length)
    .filter(change => familyOf(change) === leading);
  const other: Family = leading === 'ipv4' ? 'ipv6' : 'ipv4';
  return [
    { of: leading, changes: before },
    { of: other, changes: following },
    ...(after.length > 0 ? [{ of: leading, changes: after }] : []),
  ];
}
