import type { Container } from '../../model/container.js';
import type { World } from '../../model/world.js';
import { classify, type JudgedTarget } from '../routes/classify.js';
import { decideLeftover } from './decide-leftover.js';
import { decideRefused } from './decide-refused.js';
import { decideRouted } from './decide-routed.js';
import { type Decision, type DecisionOptions, finding, nothingByHand } from './decision.js';
import type { WarpDeclaration } from '../routes/declaration.js';
import { namespaceOwner } from '../routes/namespace-owner.js';
import { orphansAmong } from '../routes/orphans.js';

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
      return decideRefused(declared, verdict, world, options);
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
  const judged = classify(declaration, world);
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
