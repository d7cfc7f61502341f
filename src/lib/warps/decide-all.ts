import type { Container } from '../model/container.js';
import type { World } from '../model/world.js';
import { caveats } from './caveats.js';
import { classify, type JudgedTarget } from './classify.js';
import { decideLeftover } from './decide-leftover.js';
import { decideRefused } from './decide-refused.js';
import { decideRouted } from './decide-routed.js';
import { type Decision, type DecisionOptions, finding, nothingByHand } from './decision.js';
import type { WarpDeclaration } from './declaration.js';
import { namespaceOwner } from './namespace-owner.js';
import { orphansAmong } from './orphans.js';
import type { RoutedTarget } from './route.js';

function routedTarget({ owner, routes, verdict }: JudgedTarget): RoutedTarget | undefined {
  return verdict.is === 'routed' ? { container: owner, process: verdict.process, routes } : undefined;
}

/** With `strict`, a target that has a leak nobody can close is not routed as if it had none. */
function refuseLeaks(
  judged: readonly JudgedTarget[],
  declaration: WarpDeclaration,
  world: World,
): JudgedTarget[] {
  if (!declaration.strict) return [...judged];
  const options = { strict: true, guarded: new Set(declaration.guarded) };
  return judged.map(target => {
    const routed = routedTarget(target);
    const leaks = routed ? caveats([routed], world, options).filter(({ find }) => find === 'refused') : [];
    return leaks.length === 0
      ? target
      : { ...target, verdict: { is: 'refused', refusals: leaks, shut: new Set() } };
  });
}

/** What becomes of a namespace that something is declared for. */
function decideTarget(declared: JudgedTarget, world: World, options: DecisionOptions): Decision {
  const { owner, named, verdict, routes } = declared;
  switch (verdict.is) {
    case 'idle':
      return {
        owner,
        declared,
        byHand: nothingByHand,
        routes: [],
        findings: [finding(named, { find: 'ignored', reason: verdict.reason })],
      };
    case 'routed':
      return decideRouted(declared, { container: owner, process: verdict.process, routes }, world, options);
    case 'refused':
      return decideRefused(declared, verdict.refusals, verdict.shut, world);
  }
}

/** Containers that made a namespace in which something of ours was found. */
function holdersIn({ kernel, containers }: World): Container[] {
  const owners = [...(kernel?.namespaces.keys() ?? [])].flatMap(id => {
    const container = containers.find(each => each.id === id);
    const found = container && namespaceOwner(container, containers);
    return found && 'owner' in found ? [found.owner] : [];
  });
  return [...new Set(owners)];
}

/** What becomes of every namespace that something is declared for or is in. */
export function decideAll(declaration: WarpDeclaration, world: World): Decision[] {
  const judged = refuseLeaks(classify(declaration, world), declaration, world);
  const known = new Set(judged.map(({ owner }) => owner.id));
  return [
    ...judged.map(target => {
      const decision = decideTarget(target, world, declaration);
      const orphans = orphansAmong(target.members, target.owner, world);
      return { ...decision, findings: [...decision.findings, ...orphans] };
    }),
    ...holdersIn(world)
      .filter(({ id }) => !known.has(id))
      .flatMap(owner => decideLeftover(owner, world, declaration) ?? []),
  ];
}
