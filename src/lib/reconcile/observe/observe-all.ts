import type { Engine } from '../../docker/engine.js';
import type { Job } from '../../model/step.js';
import type { World } from '../../model/world.js';
import { inspectionForByHand, needsKernel } from '../../warps/inspection.js';
import { type NamespacesToRead, namespacesToRead } from '../../warps/namespaces-to-read.js';
import type { WarpDeclaration } from '../../warps/routes/declaration.js';
import type { Memory } from './memory.js';
import { type KernelAccess, type KernelQuestions, findHolders, observeKernel } from './observe-kernel.js';
import { type NeedsInspect, observe } from './observe.js';
import { currentProcess } from '../process-of.js';

/** From where a World is read, and what is remembered of it. */
export interface Sources {
  readonly engine: Engine;
  readonly access: KernelAccess;
  readonly memory?: Memory | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whose namespaces to read, where it is not those of all who are declared and of what is left over. */
  readonly namespaces?: NamespacesToRead | undefined;
}

function questionsOf(declaration: WarpDeclaration, namespaces: NamespacesToRead): KernelQuestions {
  return {
    // Another engine of this host has holders of its own: they are nobody's business here.
    needed: (world, holders) =>
      world.containers.some(({ id }) => holders.has(id)) || needsKernel(declaration, world),
    namespaces: world => namespaces(declaration, world),
  };
}

/** What the engine says, and the kernel where warps are among the jobs. */
export async function observeAll(
  { engine, access, memory, signal, namespaces = namespacesToRead }: Sources,
  needsInspect: NeedsInspect,
  warps: WarpDeclaration,
  only?: ReadonlySet<Job>,
): Promise<World> {
  if (only && !only.has('warps')) return observe(engine, needsInspect, signal, memory);
  const holders = await findHolders(access, memory);
  const forByHand = inspectionForByHand(warps, holders);
  const world = await observe(
    engine,
    (container, networks, containers) =>
      holders.has(container.id) ||
      needsInspect(container, networks, containers) ||
      forByHand(container, containers),
    signal,
    memory,
  );
  return observeKernel(access, world, holders, questionsOf(warps, namespaces), {
    memory,
    signal,
    isStill: async process => {
      const now = await currentProcess(engine, process);
      return now?.pid === process.pid && now.startedAt === process.startedAt;
    },
  });
}
