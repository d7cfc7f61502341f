import { processOf } from '../model/container-process.js';
import { ExitCode, FairleadError } from '../model/errors.js';
import { type Container, isAlive } from '../model/container.js';
import { namespaceState } from '../model/kernel-view.js';
import { findNamed } from '../model/lookup.js';
import type { Finding, Plan } from '../model/plan.js';
import { noRouting } from '../model/routing.js';
import type { Step } from '../model/step.js';
import type { World } from '../model/world.js';
import { routingChanges } from './changes/changes.js';
import { finding } from './decision/decision.js';
import { namespaceOwner } from './routes/namespace-owner.js';
import { holdsRouting } from './policy/target-state.js';

export interface UnrouteRequest {
  /** Containers by name or ID; none: all. */
  readonly targets: readonly string[];
  /** Also the guard of networks. */
  readonly guard: boolean;
}

/** Clears one namespace; says why where it cannot or need not be. */
function clear(owner: Container, { kernel }: World): Step | Finding {
  const { name } = owner;
  const reading = kernel?.namespaces.get(owner.id);
  const container = processOf(owner);
  if (!isAlive(owner) || reading?.read === 'gone')
    return finding(name, {
      find: 'unchanged',
      reason: 'not running: what was in its namespace went with it',
    });
  if (reading?.read === 'unreadable')
    return finding(name, { find: 'refused', reason: `could not be read: ${reading.why}` });
  if (!container || reading?.read !== 'state' || !holdsRouting(reading.state.routing))
    return finding(name, { find: 'unchanged', reason: 'there is nothing of Fairlead in its namespace' });
  const changes = routingChanges(reading.state.routing, noRouting);
  return { do: 'clear-routing', job: 'warps', container, changes, reason: 'as asked' };
}

/** Takes these containers' addresses, or all, out of the NAT of their warps. */
function withdrawNat(cleared: readonly Container[], all: boolean, { kernel, containers }: World): Step[] {
  const gone = new Set(
    cleared.flatMap(({ endpoints }) =>
      endpoints.flatMap(({ ipv4, ipv6 }) => [ipv4 ?? [], ipv6 ?? []].flat()),
    ),
  );
  return containers.flatMap((warp): Step[] => {
    const side = namespaceState(kernel, warp.id)?.warpSide;
    const container = processOf(warp);
    if (!side?.hasOwn || !container) return [];
    const served = side.nat?.targets ?? [];
    const targets = all ? [] : served.filter(address => !gone.has(address));
    if (!all && targets.length === served.length) return [];
    const step = { do: 'set-nat', job: 'warps', container } as const;
    return side.nat && targets.length > 0
      ? [{ ...step, nat: { ...side.nat, targets }, reason: 'fewer are routed through it' }]
      : [{ ...step, reason: 'nobody is routed through it any more' }];
  });
}

interface Chosen {
  readonly owners: readonly Container[];
  readonly findings: readonly Finding[];
}

/** All in whose namespaces something of ours is. */
function everyHolder({ kernel, containers }: World): Chosen {
  const owners = containers.filter(({ id }) => {
    const reading = kernel?.namespaces.get(id);
    if (reading?.read === 'unreadable') return true;
    return reading?.read === 'state' && holdsRouting(reading.state.routing);
  });
  return { owners, findings: [] };
}

/** Those that are named, each by whoever's namespace it is in. */
function ownersNamed(targets: readonly string[], { containers }: World): Chosen {
  const owners: Container[] = [];
  const findings: Finding[] = [];
  for (const target of targets) {
    const [container, ...others] = findNamed(containers, target);
    const found = container && namespaceOwner(container, containers);
    if (found && 'owner' in found && others.length === 0) owners.push(found.owner);
    else {
      const reason =
        others.length > 0 ? 'the name stands for several containers' : 'there is no container of this name';
      findings.push(finding(target, { find: 'refused', reason, hints: ['See them all: docker ps -a'] }));
    }
  }
  return { owners: [...new Set(owners)], findings };
}

/**
 * Removes all that is ours, whoever declared it: the routing of the named containers or of all, NAT in warps that
 * serve nobody then, and the guard where that is asked for. Throws where the rights to look are missing.
 */
export function planUnroute(world: World, { targets, guard }: UnrouteRequest): Plan {
  const away = world.kernel?.outOfReach;
  // What is there cannot even be shown: nothing else says what there is to take back.
  if (away?.exit === ExitCode.privileges) throw new FairleadError(away.why, away);
  if (away)
    return {
      steps: [],
      findings: [{ find: 'refused', job: 'warps', reason: away.why, hints: away.hints }],
    };
  const all = targets.length === 0;
  const { owners, findings } = all ? everyHolder(world) : ownersNamed(targets, world);
  const outcomes = owners.map(owner => clear(owner, world));
  const cleared = owners.filter((_, index) => 'do' in (outcomes[index] ?? {}));
  // Whoever is still routed through a warp needs its NAT.
  const steps: Step[] = [
    ...outcomes.flatMap(outcome => ('do' in outcome ? [outcome] : [])),
    ...withdrawNat(cleared, all, world),
    ...(guard && world.kernel?.host?.guard
      ? [{ do: 'set-guard', job: 'warps', guard: [], reason: 'as asked' } as const]
      : []),
  ];
  return {
    steps,
    findings: [...findings, ...outcomes.flatMap(outcome => ('find' in outcome ? [outcome] : []))],
  };
}
