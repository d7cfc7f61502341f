import type { Container } from '../model/container.js';
import { tellsHome } from '../model/engine-info.js';
import type { Finding, Plan } from '../model/plan.js';
import type { ProxyDeclaration } from './declaration.js';
import { type Demand, demandOn, noDemand } from './demand.js';
import { gatewayWarnings } from './gateway-moves.js';
import { planHealing } from './healing.js';
import { planJoining } from './joining.js';
import { type Kept, planLeaving } from './leaving.js';
import { membershipsOf } from './memberships.js';
import { planRescue } from './rescue.js';
import { finding, joinStep, leaveStep, removeEntryStep } from './steps.js';
import type { Surroundings } from './surroundings.js';

/** All that is decided for one proxy: what to do, and what it stays on for whom. */
export interface Decision {
  readonly proxy: Container;
  readonly plan: Plan;
  readonly kept: readonly Kept[];
  readonly demand: Demand;
}

/** To leave any network, one has to know which the proxy's own is. */
function refuseLeavingAny(proxy: Container, demand: Demand): Decision {
  const refused: Finding = {
    find: 'refused',
    job: 'proxies',
    container: proxy.name,
    reason: 'leave: any cannot be kept on Podman, which does not tell the network a container was created on',
    hints: ['With leave: joined it leaves what Fairlead joined.'],
  };
  return { proxy, kept: [], demand, plan: { steps: [], findings: [refused] } };
}

/** Join what holds a container to route to, leave what holds none any more, heal what could not start. */
export function decideJoin(
  proxy: Container,
  peers: ReadonlySet<string>,
  declaration: ProxyDeclaration,
  around: Surroundings,
): Decision {
  const demand = demandOn(proxy, peers, declaration, around);
  if (declaration.leave === 'any' && !tellsHome(around.engine)) return refuseLeavingAny(proxy, demand);
  const on = membershipsOf(proxy, around);
  const healing = planHealing(proxy, on, declaration, demand, around);
  const isBack = new Set(healing.back.map(({ name }) => name));
  const { joins, findings } = planJoining(proxy, on, isBack, declaration, demand, around);
  const joining = joins.map(({ network }) => network);
  const { kept, leaves } = planLeaving(proxy, on, declaration, demand, [...healing.back, ...joining], around);
  const staying = [...healing.back, ...joining, ...kept.map(({ network }) => network)];
  const rescue = planRescue(proxy, on, staying, healing.dropped, around);
  const leaving = leaves.map(({ network }) => network);
  return {
    proxy,
    kept,
    demand,
    plan: {
      steps: [
        ...healing.steps,
        ...rescue,
        ...joins.map(wanted => joinStep(proxy, wanted, declaration, around)),
        // A proxy that stays nowhere lives on what it joins: those joins have to work first.
        ...leaves.map(({ network, reason, cutsClients }) => ({
          ...leaveStep(proxy, network, reason, kept.length === 0),
          ...(cutsClients && { cutsClients }),
        })),
      ],
      findings: [
        ...gatewayWarnings(proxy, around, joining, leaving),
        ...kept.map(({ network, reason }) => finding('kept', proxy, network.name, reason)),
        ...findings,
        ...healing.findings,
        ...demand.unreachable
          .filter(({ passing }) => !passing)
          .map(({ container, reason }) => ({
            find: 'ignored' as const,
            job: 'proxies' as const,
            container,
            reason,
          })),
      ],
    },
  };
}

/** Undo Fairlead's joins: everything it joined is left, but for the home, what is pinned and the last network. */
export function decideLeave(proxy: Container, declaration: ProxyDeclaration, around: Surroundings): Decision {
  const on = membershipsOf(proxy, around);
  const undo: ProxyDeclaration = { ...declaration, leave: 'joined', networks: {} };
  const { kept, leaves } = planLeaving(proxy, on, undo, noDemand, [], around);
  const leaving = leaves.map(({ network }) => network);
  return {
    proxy,
    kept,
    demand: noDemand,
    plan: {
      steps: [
        ...on
          .filter(({ stale, role }) => stale && role === 'joined')
          .map(({ endpoint }) => removeEntryStep(proxy, endpoint.networkName, 'joined by Fairlead')),
        ...leaving.map(network => leaveStep(proxy, network, 'joined by Fairlead')),
      ],
      findings: [
        ...gatewayWarnings(proxy, around, [], leaving),
        ...kept.map(({ network, reason }) => finding('kept', proxy, network.name, reason)),
      ],
    },
  };
}
