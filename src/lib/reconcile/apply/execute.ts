import { isEngineFailure } from '../../docker/failures/engine-error.js';
import type { Engine, IdentifiedNetwork } from '../../docker/engine.js';
import { type EngineInfo, allowsDuplicateNames } from '../../model/engine-info.js';
import type { NetworkRef, Step } from '../../model/step.js';
import { isOn } from '../../networks/members.js';
import { disconnectStale } from '../disconnect-stale.js';
import { createNetwork } from './create-network.js';
import type { Executed } from '../executed.js';
import type { KernelStep } from './kernel-steps.js';
import type { Journal } from '../journal/journal.js';
import { recreate } from '../recreation/recreate.js';

/** A step that calls the engine. */
export type EngineStep = Exclude<Step, KernelStep>;

/** What a step needs beside itself. Its calls take no signal: one that is cut off halfway leaves its effect unknown. */
export interface StepContext {
  readonly engine: Engine;
  readonly info: EngineInfo;
  /** IDs of the networks that earlier steps of this plan have created, by name. */
  readonly created: ReadonlyMap<string, string>;
  readonly journal: Journal;
  /** Called when a recreated network is there and nobody is on it yet. */
  readonly onMade: (network: IdentifiedNetwork) => Promise<void>;
}

function identified(ref: NetworkRef, { created }: StepContext): IdentifiedNetwork {
  // What this plan has made again has another ID than the plan could know.
  const id = created.get(ref.name) ?? ref.id;
  if (id === undefined)
    throw new Error(`network ${ref.name} has no ID yet: its creation is not in this plan`);
  return { id, name: ref.name };
}

async function connect(step: Extract<Step, { do: 'connect' }>, context: StepContext): Promise<Executed> {
  try {
    const { engine } = context;
    await engine.connect(identified(step.network, context), step.container, step.endpoint);
    return { outcome: 'done' };
  } catch (error) {
    if (!isEngineFailure(error, 'already-connected')) throw error;
    return { outcome: 'unchanged', note: 'was connected meanwhile' };
  }
}

async function disconnect(
  step: Extract<Step, { do: 'disconnect' }>,
  context: StepContext,
): Promise<Executed> {
  const { engine } = context;
  const meanwhile: Executed = { outcome: 'unchanged', note: 'was disconnected meanwhile' };
  try {
    if (step.stale) {
      const removed = await disconnectStale(engine, step.network.name, step.container);
      return removed ? { outcome: 'done' } : meanwhile;
    }
    await engine.disconnect(identified(step.network, context), step.container);
    return { outcome: 'done' };
  } catch (error) {
    if (!isEngineFailure(error, 'not-connected', 'not-found')) throw error;
    return meanwhile;
  }
}

/** What keeps an engine from removing a network that no container is on. */
async function inUse({ network }: Extract<Step, { do: 'remove-network' }>, engine: Engine): Promise<string> {
  const [ghost] = await engine.listGhosts(network);
  return ghost === undefined
    ? 'is in use meanwhile'
    : `an endpoint of ${ghost}, a container that is no more, is left on it`;
}

async function removeNetwork(
  step: Extract<Step, { do: 'remove-network' }>,
  { engine }: StepContext,
): Promise<Executed> {
  // Looked at once more: the engine lets a network go that a container was created on since and has not started.
  const containers = await engine.listContainers();
  const [user] = containers.filter(container => isOn(container, step.network));
  if (user) return { outcome: 'unchanged', note: `${user.name} is on it meanwhile` };
  try {
    await engine.removeNetwork(step.network);
    return { outcome: 'done' };
  } catch (error) {
    if (isEngineFailure(error, 'in-use')) return { outcome: 'unchanged', note: await inUse(step, engine) };
    if (!isEngineFailure(error, 'not-found')) throw error;
    return { outcome: 'unchanged', note: 'was removed meanwhile' };
  }
}

/** Does one step that calls the engine. What turns out to be done already is a success; anything else that fails is thrown. */
export function execute(step: EngineStep, context: StepContext): Promise<Executed> {
  switch (step.do) {
    case 'create-network':
      return createNetwork(context.engine, step.spec, allowsDuplicateNames(context.info));
    case 'recreate-network':
      return recreate(context.engine, context.journal, step, context.onMade);
    case 'remove-network':
      return removeNetwork(step, context);
    case 'connect':
      return connect(step, context);
    case 'disconnect':
      return disconnect(step, context);
  }
}
