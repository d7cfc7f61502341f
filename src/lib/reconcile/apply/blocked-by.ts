import type { NetworkRef, SetGuard, Step } from '../../model/step.js';

function guards({ guard }: SetGuard, { name }: NetworkRef): boolean {
  return guard.some(({ network }) => network.name === name);
}

/** Why a step is not attempted after what failed before it. */
export function blockedBy(step: Step, failed: readonly Step[]): string | undefined {
  if (step.do === 'remove-network') {
    // A stopped container does not keep an engine from removing its network, and cannot start without it.
    const stillOn = failed.some(other => other.do === 'disconnect' && other.network.id === step.network.id);
    return stillOn ? 'somebody could not be disconnected from it' : undefined;
  }
  if (step.do !== 'connect' && step.do !== 'disconnect') return undefined;
  const { network, container } = step;
  for (const other of failed) {
    if (other.do === 'set-guard' && step.do === 'connect' && guards(other, network)) {
      return 'the guard of its network could not be put in force';
    }
    if (other.do === 'create-network' && network.id === undefined && other.spec.name === network.name) {
      return 'its network could not be created';
    }
    if (other.do === 'recreate-network' && other.network.id === network.id) {
      return 'its network could not be recreated';
    }
    if (
      step.do === 'connect' &&
      other.do === 'disconnect' &&
      other.container.id === container.id &&
      other.network.name === network.name
    ) {
      return 'what it replaces could not be disconnected';
    }
    if (
      step.do === 'disconnect' &&
      step.needsJoins &&
      other.do === 'connect' &&
      other.container.id === container.id
    ) {
      return 'a join of the same container failed, and without it nothing would be left to it';
    }
  }
  return undefined;
}
