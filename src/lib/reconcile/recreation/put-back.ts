import { EngineError, isEngineFailure } from '../../docker/failures/engine-error.js';
import type { Engine, IdentifiedNetwork } from '../../docker/engine.js';
import { type Container, endpointOn } from '../../model/container.js';
import { messageOf } from '../../model/errors.js';
import type { Member } from '../../model/step.js';
import { disconnectStale } from '../disconnect-stale.js';

/** An entry that refers to a network of this name which is gone: it would be kept, and the container not start. */
function isStale(container: Container, network: IdentifiedNetwork): boolean {
  const id = endpointOn(container, network.name)?.networkId;
  return id !== undefined && id !== network.id;
}

/** Addresses that were asked for come first: an engine gives free ones to whoever comes. */
function fixedFirst(members: readonly Member[]): Member[] {
  const isFixed = ({ settings }: Member): boolean =>
    settings.ipv4 !== undefined || settings.ipv6 !== undefined;
  return [...members.filter(isFixed), ...members.filter(member => !isFixed(member))];
}

async function connectOnce(engine: Engine, network: IdentifiedNetwork, member: Member): Promise<void> {
  try {
    await engine.connect(network, member.container, member.settings);
  } catch (error) {
    if (isEngineFailure(error, 'already-connected')) return;
    if (!isEngineFailure(error, 'not-found')) throw error;
    // A member that was removed meanwhile is missed by nobody; the network is, by all of them.
    const containers = await engine.listContainers();
    if (containers.some(({ id }) => id === member.container.id)) throw error;
  }
}

async function putBackOne(
  engine: Engine,
  network: IdentifiedNetwork,
  member: Member,
  container: Container,
): Promise<void> {
  const entry = endpointOn(container, network.name);
  if (entry && isStale(container, network)) {
    await disconnectStale(engine, network.name, member.container);
  } else if (entry) {
    return;
  }
  await connectOnce(engine, network, member);
}

/**
 * Puts every member on a network with the settings it had; one that is on it already is left as it is, and one that
 * is being removed is let go. All are tried before a failure is thrown: one that cannot return keeps no other away.
 */
export async function putBack(
  engine: Engine,
  network: IdentifiedNetwork,
  members: readonly Member[],
): Promise<void> {
  const containers = await engine.listContainers();
  const failures: Error[] = [];
  for (const member of fixedFirst(members)) {
    const container = containers.find(({ id }) => id === member.container.id);
    if (!container || container.state === 'removing' || container.state === 'dead') continue;
    try {
      await putBackOne(engine, network, member, container);
    } catch (error) {
      failures.push(error instanceof Error ? error : new Error(String(error)));
      if (isEngineFailure(error, 'unreachable', 'timeout', 'denied', 'malformed')) break;
    }
  }
  const [first, ...more] = failures;
  if (more.length === 0 && first !== undefined) throw first;
  if (more.length > 0) {
    throw new EngineError(failures.map(messageOf).join(' '), {
      failure: failures.find(error => error instanceof EngineError)?.failure ?? 'refused',
    });
  }
}
