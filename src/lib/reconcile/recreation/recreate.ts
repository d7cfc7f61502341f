import { EngineError, isEngineFailure } from '../../docker/engine-error.js';
import type { Engine, IdentifiedNetwork } from '../../docker/engine.js';
import { ExitCode, FairleadError, messageOf } from '../../model/errors.js';
import type { Network, NetworkSpec } from '../../model/network.js';
import { isOwnNetwork } from '../../model/ownership.js';
import type { Member, RecreateNetwork } from '../../model/step.js';
import { compareNetwork } from '../../networks/compare.js';
import { memberRecord, membersOf } from '../../networks/members.js';
import type { Executed } from '../executed.js';
import type { Journal } from '../journal.js';
import { detachAndRemove } from './detach.js';
import { putBack } from './put-back.js';
import { verifyMembers } from './verify.js';

/** The network of this name, whoever made it: ours from a run that was killed, or the one to be replaced. */
async function current(engine: Engine, name: string): Promise<Network | undefined> {
  return (await engine.listNetworks()).find(network => network.name === name);
}

/** Creates it, unless a killed run of ours has: what somebody else made meanwhile is not taken for it. */
async function create(engine: Engine, spec: NetworkSpec): Promise<IdentifiedNetwork> {
  const existing = await current(engine, spec.name);
  if (!existing) return { id: await engine.createNetwork(spec), name: spec.name };
  const [difference] = compareNetwork(spec, existing).fields;
  if (!difference) return existing;
  throw new EngineError(
    `Another network ${spec.name} was made meanwhile, with ${difference.field} ${difference.actual}.`,
    { failure: 'name-taken' },
  );
}

/** Members that came between plan and now; who is not written down would be lost. */
async function withLateMembers(engine: Engine, step: RecreateNetwork): Promise<RecreateNetwork> {
  const network = await current(engine, step.network.name);
  if (network?.id !== step.network.id) return step;
  const late: Member[] = [];
  for (const container of membersOf(network, await engine.listContainers())) {
    if (step.members.some(member => member.container.id === container.id)) continue;
    const details = await engine.inspectContainer(container);
    late.push(memberRecord({ ...container, reading: { read: 'details', details } }, network));
  }
  return late.length === 0 ? step : { ...step, members: [...step.members, ...late] };
}

/** Whether a failure says that the engine is away or we are to stop: then what was begun waits in the journal. */
function mustWait(error: unknown): boolean {
  return isEngineFailure(error, 'unreachable', 'timeout', 'denied', 'malformed', 'aborted');
}

/** Whether a network is the one that the recreation made, and not somebody else's of the same name. */
function isMadeFor(step: RecreateNetwork, network: Network): boolean {
  return isOwnNetwork(network) && compareNetwork(step.spec, network).fields.length === 0;
}

/** Makes the network as it was before and puts its members back. */
async function restore(engine: Engine, step: RecreateNetwork): Promise<void> {
  const existing = await current(engine, step.network.name);
  if (existing && existing.id !== step.network.id && isMadeFor(step, existing)) {
    await detachAndRemove(engine, existing);
  }
  await putBack(engine, await create(engine, step.previous), step.members);
}

/** Removes the network, makes it as declared and puts its members back. Can be begun again at any point. */
async function renew(engine: Engine, step: RecreateNetwork): Promise<IdentifiedNetwork> {
  const existing = await current(engine, step.network.name);
  if (existing?.id === step.network.id) await detachAndRemove(engine, existing);
  const made = await create(engine, step.spec);
  await putBack(engine, made, step.members);
  return made;
}

async function rollBack(
  engine: Engine,
  journal: Journal,
  step: RecreateNetwork,
  cause: unknown,
): Promise<never> {
  const { name } = step.network;
  await journal.write({ version: 1, direction: 'back', step });
  try {
    await restore(engine, step);
  } catch (error) {
    throw new FairleadError(
      `Could not recreate network ${name}: ${messageOf(cause)} Restoring the old one failed too: ${messageOf(error)}`,
      {
        code: 'recreation-unfinished',
        exit: ExitCode.failed,
        hints: ['Who was on it is written down; the next run tries again to put it back.'],
        cause: error,
      },
    );
  }
  await journal.clear(name);
  throw new EngineError(`Could not recreate network ${name}: ${messageOf(cause)}`, {
    failure: 'refused',
    hints: ['The old network is back, with its members as they were.'],
    cause,
  });
}

async function renewOrRestore(engine: Engine, journal: Journal, step: RecreateNetwork): Promise<Executed> {
  await journal.write({ version: 1, direction: 'forward', step });
  let made: IdentifiedNetwork;
  try {
    made = await renew(engine, step);
  } catch (error) {
    if (mustWait(error)) throw error;
    return rollBack(engine, journal, step, error);
  }
  return conclude(engine, journal, step, made);
}

async function conclude(
  engine: Engine,
  journal: Journal,
  step: RecreateNetwork,
  made: IdentifiedNetwork,
): Promise<Executed> {
  const losses = await verifyMembers(engine, step.network.name, step.members);
  await journal.clear(step.network.name);
  if (losses.length > 0) {
    throw new FairleadError(
      `Recreated network ${step.network.name}, but not all came back: ${losses.join('; ')}.`,
      {
        code: 'recreation-incomplete',
        exit: ExitCode.failed,
      },
    );
  }
  const count = step.members.length;
  const note = count === 0 ? 'nothing was on it' : `${String(count)} put back as before`;
  return { outcome: 'done', note, created: made };
}

async function finishRestoring(engine: Engine, journal: Journal, step: RecreateNetwork): Promise<Executed> {
  await restore(engine, step);
  await journal.clear(step.network.name);
  return { outcome: 'done', note: 'the network of before is back' };
}

/**
 * Recreates a network: written down, done, looked at a second time, and crossed out. What the engine refuses on the
 * way is undone; what it cannot answer to, and a run that is killed, is finished by the next run, the way it was
 * going. Only one run at a time.
 */
export async function recreate(
  engine: Engine,
  journal: Journal,
  planned: RecreateNetwork,
): Promise<Executed> {
  const release = await journal.claim(planned.network.name);
  try {
    return planned.resumes === 'back'
      ? await finishRestoring(engine, journal, planned)
      : await renewOrRestore(engine, journal, await withLateMembers(engine, planned));
  } finally {
    await release();
  }
}
