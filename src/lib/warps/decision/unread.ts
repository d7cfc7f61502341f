import type { Finding } from '../../model/plan.js';
import type { World } from '../../model/world.js';
import { type Decision, finding } from './decision.js';

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

/** Namespaces that could not be read this time: what is said and done of them is by what was read before. */
export function outdatedFindings(decisions: readonly Decision[], { kernel }: World): Finding[] {
  return decisions.flatMap(({ owner, declared }) => {
    const reading = kernel?.namespaces.get(owner.id);
    if (reading?.read !== 'state' || reading.outdated === undefined) return [];
    const reason = `could not be read: ${reading.outdated}; what was read before is taken to be there still`;
    return [finding(declared?.named ?? owner.name, { find: 'refused', reason })];
  });
}

/** Said where nothing else may: what was routed by hand is declared nowhere. */
export function unreadKernel({ kernel }: World): Finding[] {
  const away = kernel?.outOfReach;
  if (!away?.passing) return [];
  const reason = `what is in the kernel could not be read, and stays as it is: ${away.why}`;
  return [{ find: 'refused', job: 'warps', reason, hints: away.hints }];
}
