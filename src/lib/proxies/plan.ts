import type { Container } from '../model/container.js';
import { type Finding, type Plan, joinPlans } from '../model/plan.js';
import type { World } from '../model/world.js';
import { type Decision, decideJoin, decideLeave } from './decide.js';
import { type ProxyDeclaration, nameOf } from './declaration.js';
import { locateProxies } from './locate.js';
import { type Surroundings, survey } from './surroundings.js';

/** What a declaration comes to: a decision for each of its proxies, and what is said where there is none. */
export interface Outcome {
  readonly declaration: ProxyDeclaration;
  readonly decisions: readonly Decision[];
  readonly findings: readonly Finding[];
}

type Decide = (
  proxy: Container,
  peers: ReadonlySet<string>,
  declaration: ProxyDeclaration,
  around: Surroundings,
) => Decision;

/** One of two declarations would undo what the other does. */
function spokenFor(proxy: Container, first: ProxyDeclaration): Finding {
  return {
    find: 'warning',
    job: 'proxies',
    container: proxy.name,
    reason: `${proxy.name} is declared twice: what counts is ${nameOf(first)}, which comes first`,
  };
}

function decideAll(declarations: readonly ProxyDeclaration[], world: World, decide: Decide): Outcome[] {
  const around = survey(world);
  const decided = new Map<string, ProxyDeclaration>();
  return declarations.map(declaration => {
    const { proxies, peers, findings } = locateProxies(declaration, world);
    const outcome = { declaration, decisions: [] as Decision[], findings: [...findings] };
    for (const proxy of proxies) {
      const first = decided.get(proxy.id);
      if (first) outcome.findings.push(spokenFor(proxy, first));
      else outcome.decisions.push(decide(proxy, peers, declaration, around));
      decided.set(proxy.id, first ?? declaration);
    }
    return outcome;
  });
}

function planOf(outcomes: readonly Outcome[]): Plan {
  return joinPlans(
    ...outcomes.flatMap(({ decisions, findings }) => [
      { steps: [], findings },
      ...decisions.map(({ plan }) => plan),
    ]),
  );
}

/** Everything decided for all proxies, for a listing. */
export function decideProxies(declarations: readonly ProxyDeclaration[], world: World): Outcome[] {
  return decideAll(declarations, world, decideJoin);
}

/** Job 3: each proxy on exactly the networks of the containers it routes to. */
export function planProxies(declarations: readonly ProxyDeclaration[], world: World): Plan {
  return planOf(decideProxies(declarations, world));
}

/** Undoes Fairlead's joins. */
export function planProxiesLeave(declarations: readonly ProxyDeclaration[], world: World): Plan {
  return planOf(
    decideAll(declarations, world, (proxy, _peers, declaration, around) =>
      decideLeave(proxy, declaration, around),
    ),
  );
}
