import { EngineError, isEngineFailure } from '../../docker/failures/engine-error.js';
import type { Engine } from '../../docker/engine.js';
import type { Network, NetworkSpec } from '../../model/network.js';
import { compareNetwork } from '../../networks/compare.js';
import { byAge, sortDuplicates } from '../../networks/duplicates.js';
import { poolExhaustionHints } from '../../networks/pool-exhaustion.js';
import type { Executed } from '../executed.js';

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
 * process does the same. Everyone looks afterwards, agrees on the one that stays, and removes what may go.
 */
async function settleDuplicates(
  engine: Engine,
  spec: NetworkSpec,
  id: string,
  signal: AbortSignal | undefined,
): Promise<Executed> {
  const made: Executed = { outcome: 'done', created: { id, name: spec.name } };
  const networks = await networksNamed(engine, spec.name, signal);
  if (networks.length <= 1) return made;
  const duplicates = sortDuplicates(networks, await engine.listContainers(signal));
  if (!duplicates) return made;
  for (const network of duplicates.expendable) {
    try {
      await engine.removeNetwork(network, signal);
    } catch (error) {
      if (!isEngineFailure(error, 'not-found', 'in-use')) throw error;
    }
  }
  return duplicates.survivor.id === id ? made : adopt(spec, duplicates.survivor);
}

/** The same failure with what helps: who has the addresses. Without an answer to that it stays as it is. */
async function explainExhaustion(
  engine: Engine,
  error: EngineError,
  name: string,
  signal: AbortSignal | undefined,
): Promise<EngineError> {
  try {
    const containers = await engine.listContainers(signal);
    const networks = await engine.listNetworks(signal);
    return new EngineError(error.message, {
      failure: error.failure,
      ...(error.status !== undefined && { status: error.status }),
      hints: poolExhaustionHints(name, { networks, containers }),
      cause: error,
    });
  } catch {
    return error;
  }
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
    if (isEngineFailure(error, 'pool-exhausted')) {
      throw await explainExhaustion(engine, error, spec.name, signal);
    }
    if (!isEngineFailure(error, 'name-taken')) throw error;
    const [survivor] = (await networksNamed(engine, spec.name, signal)).sort(byAge);
    if (!survivor) throw error;
    return adopt(spec, survivor);
  }
  if (!duplicatesPossible) return { outcome: 'done', created: { id, name: spec.name } };
  return settleDuplicates(engine, spec, id, signal);
}
