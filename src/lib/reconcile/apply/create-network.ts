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

async function networksNamed(engine: Engine, name: string): Promise<Network[]> {
  const networks = await engine.listNetworks();
  return networks.filter(network => network.name === name);
}

/**
 * Engines before 25.0 check for a network of the same name and create one in two steps, between which another
 * process does the same. Everyone looks afterwards, agrees on the one that stays, and removes what may go.
 */
async function settleDuplicates(engine: Engine, spec: NetworkSpec, id: string): Promise<Executed> {
  const made: Executed = { outcome: 'done', created: { id, name: spec.name } };
  const networks = await networksNamed(engine, spec.name);
  if (networks.length <= 1) return made;
  const duplicates = sortDuplicates(networks, await engine.listContainers());
  if (!duplicates) return made;
  for (const network of duplicates.expendable) {
    try {
      await engine.removeNetwork(network);
    } catch (error) {
      if (!isEngineFailure(error, 'not-found', 'in-use')) throw error;
    }
  }
  return duplicates.survivor.id === id ? made : adopt(spec, duplicates.survivor);
}

/** The same failure with what helps: who has the addresses. Without an answer to that it stays as it is. */
async function explainExhaustion(engine: Engine, error: EngineError, name: string): Promise<EngineError> {
  try {
    const containers = await engine.listContainers();
    const networks = await engine.listNetworks();
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
): Promise<Executed> {
  let id: string;
  try {
    id = await engine.createNetwork(spec);
  } catch (error) {
    if (isEngineFailure(error, 'pool-exhausted')) {
      throw await explainExhaustion(engine, error, spec.name);
    }
    if (!isEngineFailure(error, 'name-taken')) throw error;
    const [survivor] = (await networksNamed(engine, spec.name)).sort(byAge);
    if (!survivor) throw error;
    return adopt(spec, survivor);
  }
  if (!duplicatesPossible) return { outcome: 'done', created: { id, name: spec.name } };
  return settleDuplicates(engine, spec, id);
}
