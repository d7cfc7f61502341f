import type { Network } from '../model/network.js';
import { appLabel, isOwnNetwork } from '../model/ownership.js';
import type { Finding, Plan } from '../model/plan.js';
import type { RemoveNetwork } from '../model/step.js';
import type { World } from '../model/world.js';
import { usersOf } from './members.js';

export interface PruneOptions {
  /** Names that are declared: they stay, used or not. */
  readonly declared: ReadonlySet<string>;
  /** Only networks of apps, which go by themselves when their app no longer declares them. */
  readonly appsOnly?: boolean;
}

/** Networks that Fairlead made, nobody declares any more and nothing is on; a stopped container counts as use. */
export function planPrune(world: Pick<World, 'networks' | 'containers'>, options: PruneOptions): Plan {
  const steps: RemoveNetwork[] = [];
  const findings: Finding[] = [];
  const mayGo = (network: Network): boolean =>
    isOwnNetwork(network) &&
    network.labels['com.docker.compose.project'] === undefined &&
    !world.networks.some(({ configFrom }) => configFrom === network.name) &&
    !options.declared.has(network.name) &&
    (!options.appsOnly || network.labels[appLabel] !== undefined);
  for (const network of world.networks.filter(mayGo)) {
    const members = usersOf(network, world.containers).map(({ name }) => name);
    if (members.length === 0) {
      steps.push({
        do: 'remove-network',
        job: 'networks',
        network: { id: network.id, name: network.name },
        reason: 'Fairlead made it, it is no longer declared, and nothing is on it',
      });
      continue;
    }
    const who = members.slice(0, 3).join(', ') + (members.length > 3 ? ', …' : '');
    const reason = `no longer declared, but still in use by ${who}`;
    findings.push({ find: 'kept', job: 'networks', network: network.name, reason });
  }
  return { steps, findings };
}
