import { processOf } from '../model/container-process.js';
import type { Container } from '../model/container.js';
import { namespaceState } from '../model/kernel-view.js';
import type { Finding, Plan } from '../model/plan.js';
import type { ClearRouting, Job, SetRouting, Step } from '../model/step.js';
import type { World } from '../model/world.js';
import { planStaleRouteRemoval, removesRoutesOnly } from '../warps/changes/stale-routes.js';

/**
 * The plan of a job without its joins and leaves, for a pass that does not know yet which networks are being recreated. Such
 * a network may be half made: a recreation that is resumed takes a member that is on it already for put back, and does
 * not give it the settings that it had.
 */
export function withoutMemberships(job: Job, { steps, findings }: Plan, why: string): Plan {
  if (steps.length === 0) return { steps, findings };
  const reason = `no container joins or leaves a network: ${why.replace(/\.$/, '')}`;
  const kept = findings.filter(({ find }) => find !== 'warning');
  return { steps: [], findings: [{ find: 'refused', job, reason }, ...kept] };
}

/** Whether a step changes routes only after the engine has told which process the container has by then. */
function isConfirmed(step: Step): step is SetRouting | ClearRouting {
  return (step.do === 'set-routing' && !removesRoutesOnly(step.changes)) || step.do === 'clear-routing';
}

/** What of such a step does not need the engine: routes to warps that have gone are closed. */
function closingsOf({ container }: SetRouting | ClearRouting, { kernel, containers }: World): Step[] {
  const routing = namespaceState(kernel, container.id)?.routing;
  return routing ? planStaleRouteRemoval([{ container, routing }], containers) : [];
}

/**
 * The plan without changes of routes that the engine would have to confirm and does not answer for: each would wait for
 * it as long as a call may take, in every pass.
 */
export function withoutUnconfirmed({ steps, findings }: Plan, world: World): Plan {
  const unreadable = new Map(
    world.containers.flatMap((container): [string, Container][] =>
      container.reading.read === 'unreadable' && processOf(container) ? [[container.id, container]] : [],
    ),
  );
  const refused: Finding[] = [];
  const left = steps.flatMap((step): Step | Step[] => {
    const reading = isConfirmed(step) ? unreadable.get(step.container.id)?.reading : undefined;
    if (!isConfirmed(step) || reading?.read !== 'unreadable') return step;
    const container = step.container.name;
    const reason = `could not be read: ${reading.why}; what is routed stays as it is`;
    refused.push({ find: 'refused', job: 'warps', container, reason });
    return closingsOf(step, world);
  });
  const isSaid = (one: Finding): boolean =>
    findings.some(({ find, container }) => find === 'refused' && container === one.container);
  return { steps: left, findings: [...findings, ...refused.filter(one => !isSaid(one))] };
}
