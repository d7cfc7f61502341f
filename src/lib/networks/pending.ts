import type { Finding } from '../model/plan.js';
import type { RecreateNetwork } from '../model/step.js';
import { isOn } from './members.js';
import type { NetworkWorld } from './network-world.js';

/**
 * Whether a recreation that was written down had touched nothing when its run was killed: the network is the one it
 * was, with everybody on it. Then it is planned anew, from what is declared now.
 */
export function isUntouched(step: RecreateNetwork, { networks, containers }: NetworkWorld): boolean {
  if (!containers || !networks.some(({ id }) => id === step.network.id)) return false;
  return step.members.every(member => {
    const container = containers.find(({ id }) => id === member.container.id);
    return !container || isOn(container, step.network);
  });
}

/** Whom it interrupts to finish a recreation. */
export function interruptionBy(step: RecreateNetwork): Finding[] {
  const running = step.members.filter(({ alive }) => alive).map(({ container }) => container.name);
  if (running.length === 0) return [];
  const reason = `recreating ${step.network.name} was interrupted; finishing it concerns ${running.join(', ')}`;
  return [{ find: 'warning', job: 'networks', network: step.network.name, reason }];
}
