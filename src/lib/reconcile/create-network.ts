import { EngineError, isEngineFailure } from '../docker/engine-error.js';
import type { Engine } from '../docker/engine.js';
import type { Network, NetworkSpec } from '../model/network.js';
import { isOwnNetwork } from '../model/ownership.js';
import { compareNetwork } from '../networks/compare.js';
import type { Executed } from './executed.js';

/** Of several networks of one name, the one that stays: the oldest, and of equally old ones the smallest ID. */
export function survivorOf(networks: readonly Network[]): Network | undefined {
  return [...networks].sort((a, b) =>
    a.created === b.created ? (a.id < b.id ? -1 : 1) : a.created < b.created ? -1 : 1,
  )[0];
}

/** The network that another process made first, if it is what we wanted; an error that says how it differs. */
function adopt(spec: NetworkSpec, network: Network): Executed {
  const [difference] = compareNetwork(spec, network).fields;
  if (difference) {
    throw new EngineError(
      `Could not create network ${spec.name}: another one was created meanwhile, with ` +
        `${difference.field} ${difference.actual} and not ${difference.declared}.`,
      { failure: 'name-taken' },
    );
  }
  return { outcome: 'unchanged', note: 'was created meanwhile', created: network };
}

async function networksNamed(
  engine: Engine,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Network[]> {
  const networks = await engine.listNetworks(signal);
  return networks.filter(network => network.name === name);
}

/**
 * Engines before 25.0 check for a network of the same name and create one in two steps, between which another
 * process does the same. Whoever looks afterwards and sees several keeps the oldest; of the others, each that
 * Fairlead made and nothing is on is removed. All who look agree, so one is left.
 */
async function removeDuplicates(
  engine: Engine,
  spec: NetworkSpec,
  id: string,
  signal: AbortSignal | undefined,
): Promise<Executed> {
  const networks = await networksNamed(engine, spec.name, signal);
  const survivor = survivorOf(networks);
  if (!survivor || networks.length === 1) {
    return { outcome: 'done', created: { id, name: spec.name } };
  }
  const containers = await engine.listContainers(signal);
  const isUsed = (network: Network): boolean =>
    containers.some(({ endpoints }) => endpoints.some(({ networkId }) => networkId === network.id));
  for (const network of networks) {
    if (network.id === survivor.id || !isOwnNetwork(network) || isUsed(network)) continue;
    try {
      await engine.removeNetwork(network, signal);
    } catch (error) {
      if (!isEngineFailure(error, 'not-found', 'in-use')) throw error;
    }
  }
  return survivor.id === id ? { outcome: 'done', created: { id, name: spec.name } } : adopt(spec, survivor);
}

/** Creates a network, once, whoever else does the same at the same moment. */
export async function createNetwork(
  engine: Engine,
  spec: NetworkSpec,
  duplicatesPossible: boolean,
  signal: AbortSignal | undefined,
): Promise<Executed> {
  let id: string;
  try {
    id = await engine.createNetwork(spec, signal);
  } catch (error) {
    if (!isEngineFailure(error, 'name-taken')) throw error;
    const survivor = survivorOf(await networksNamed(engine, spec.name, signal));
    if (!survivor) throw error;
    return adopt(spec, survivor);
  }
  if (!duplicatesPossible) return { outcome: 'done', created: { id, name: spec.name } };
  return removeDuplicates(engine, spec, id, signal);
}
