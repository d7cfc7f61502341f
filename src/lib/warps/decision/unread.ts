import type { Finding } from '../../model/plan.js';
import type { World } from '../../model/world.js';
import type { Decision } from './decision.js';

function isUnread({ declared, inPlace, step }: Decision): boolean {
  return declared?.verdict.is === 'routed' && inPlace === undefined && step !== undefined;
}

/** Said once: without a look at the namespaces a plan shows all that is declared. */
export function unreadFinding(decisions: readonly Decision[], { kernel }: World): Finding[] {
  const unread = decisions.filter(isUnread);
  const [first, ...others] = unread;
  if (!first) return [];
  const reading = kernel?.namespaces.get(first.owner.id);
  const why =
    kernel?.outOfReach?.why ??
    (reading?.read === 'unreadable' ? reading.why : 'nobody looked into the kernel');
  const whose =
    others.length === 0
      ? `of ${first.owner.name}`
      : `of ${first.owner.name} and ${String(others.length)} more`;
  return [
    {
      find: 'warning',
      job: 'warps',
      reason: `the routing in place ${whose} could not be read, and is planned as if there were none: ${why}`,
      hints: kernel?.outOfReach?.hints ?? [],
    },
  ];
}
