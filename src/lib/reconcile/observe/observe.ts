import type { Container, Reading } from '../../model/container.js';
import type { Network } from '../../model/network.js';
import type { World } from '../../model/world.js';
import { isEngineFailure } from '../../docker/failures/engine-error.js';
import type { Engine } from '../../docker/engine.js';
import { messageOf } from '../../model/errors.js';
import type { Memory } from './memory.js';
import type { NetworkWorld } from '../../networks/network-world.js';

/** Inspects under way at once: more than this gains nothing (measured on 1,000 containers). */
const inspectsAtOnce = 16;

/** Which containers a decision needs more of than the lists tell. */
export type NeedsInspect = (
  container: Container,
  networks: readonly Network[],
  containers: readonly Container[],
) => boolean;

/** `undefined` where the container is gone by now. What the engine does not answer in time is noted in the memory. */
async function inspect(
  engine: Engine,
  container: Container,
  signal: AbortSignal | undefined,
  memory: Memory | undefined,
): Promise<Reading | undefined> {
  const before = memory?.unanswered(container);
  const unreadable = (why: string): Reading => {
    const lastRead = memory?.lastRead(container);
    return { read: 'unreadable', why, ...(lastRead && { lastRead }) };
  };
  if (before && !before.isDue) return unreadable(before.why);
  const secondTry = before && AbortSignal.timeout(before.patienceMs);
  const ends = [signal, secondTry].filter(end => end !== undefined);
  try {
    const details = await engine.inspectContainer(
      container,
      ends.length > 1 ? AbortSignal.any(ends) : ends[0],
    );
    memory?.rememberDetails(container, details);
    return { read: 'details', details };
  } catch (error) {
    if (isEngineFailure(error, 'not-found')) return undefined;
    const isUnanswered =
      isEngineFailure(error, 'timeout') || (secondTry?.aborted === true && !signal?.aborted);
    // Without the engine there is no World; with one unreadable container there is.
    if (!isUnanswered && isEngineFailure(error, 'unreachable', 'denied', 'aborted')) throw error;
    const why = isUnanswered ? (before?.why ?? messageOf(error)) : messageOf(error);
    if (isUnanswered) memory?.rememberUnanswered(container, why);
    return unreadable(why);
  }
}

async function inspectThose(
  engine: Engine,
  containers: readonly Container[],
  needsInspect: (container: Container) => boolean,
  signal: AbortSignal | undefined,
  memory: Memory | undefined,
): Promise<Container[]> {
  const read = async (container: Container): Promise<Reading | undefined> => {
    const details = memory?.details(container);
    if (details) return { read: 'details', details };
    return limit(() => inspect(engine, container, signal, memory));
  };
  const { default: pLimit } = await import('p-limit');
  const limit = pLimit(inspectsAtOnce);
  const readings = await Promise.all(
    containers.map(async container => (needsInspect(container) ? read(container) : container.reading)),
  );
  return containers.flatMap((container, i) => {
    const reading = readings[i];
    return reading ? [{ ...container, reading }] : [];
  });
}

/**
 * What is there: two lists, and an inspect of each container that a decision depends on. Changes nothing.
 * A container that vanishes meanwhile is left out; one that cannot be read is in, and marked so. What a memory has
 * of a container is not read again.
 */
export async function observe(
  engine: Engine,
  needsInspect: NeedsInspect = () => false,
  signal?: AbortSignal,
  memory?: Memory,
): Promise<World> {
  // Containers before networks: a network that a container is on is then in the list unless it is gone.
  const [info, containers] = await Promise.all([engine.info(signal), engine.listContainers(signal)]);
  const networks = await engine.listNetworks(signal);
  memory?.keepOnly(containers);
  return {
    engine: info,
    networks,
    containers: await inspectThose(
      engine,
      containers,
      container => needsInspect(container, networks, containers),
      signal,
      memory,
    ),
  };
}

/**
 * The part of the World that networks alone are planned from: a list less. Who is on them matters only where a
 * name stands for several.
 */
export async function observeNetworks(engine: Engine, signal?: AbortSignal): Promise<NetworkWorld> {
  const [info, networks] = await Promise.all([engine.info(signal), engine.listNetworks(signal)]);
  const isAmbiguous = new Set(networks.map(network => network.name)).size < networks.length;
  return {
    engine: info,
    networks,
    ...(isAmbiguous && { containers: await engine.listContainers(signal) }),
  };
}
