import { isEngineFailure } from '../../docker/failures/engine-error.js';
import { processOf } from '../../model/container-process.js';
import type { Container } from '../../model/container.js';
import { FairleadError, messageOf } from '../../model/errors.js';
import type { HostNetworking, KernelView, OutOfReach } from '../../model/kernel-view.js';
import type { ContainerProcess, NamespaceReading } from '../../model/namespace.js';
import type { World } from '../../model/world.js';
import { isKernelFailure } from '../../netns/kernel-error.js';
import type { Kernel, NamespaceQuestion } from '../../netns/kernel.js';
import type { Memory } from './memory.js';

/** Namespaces read at once: each is two processes of a few milliseconds. */
const readsAtOnce = 4;

/** What a pass needs of the kernel. */
export interface KernelQuestions {
  /** Whether anything at all is to be asked; a host without warps needs no rights for them. */
  readonly needed: (world: World, holders: ReadonlySet<string>) => boolean;
  /** Whose namespaces to read, by container ID; asked again with what was read, until there is nothing new in it. */
  readonly namespaces: (world: World) => ReadonlyMap<string, NamespaceQuestion>;
}

/** The kernel where it is this one, or why it is not. */
export type KernelAccess =
  | { readonly kernel: Kernel; readonly outOfReach?: never }
  | { readonly kernel?: never; readonly outOfReach: OutOfReach };

function emptyView(outOfReach?: OutOfReach): KernelView {
  return { namespaces: new Map(), holders: new Set(), ...(outOfReach && { outOfReach }) };
}

function outOfReachBy(error: unknown): OutOfReach {
  if (!(error instanceof FairleadError)) throw error;
  const { code, message, hints, exit } = error;
  return { code, why: message, hints, exit, ...(mayPass(error) && { passing: true }) };
}

/** Rights and programs that are missing are missing the next time too. */
function mayPass(error: unknown): boolean {
  return !isKernelFailure(error, 'privileges', 'tool', 'not-here');
}

/** What the system itself refused: too many open files, an error of its own. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

async function readNamespace(
  kernel: Kernel,
  process: ContainerProcess,
  question: NamespaceQuestion,
  signal: AbortSignal | undefined,
): Promise<NamespaceReading> {
  try {
    return await kernel.readNamespace(process, question, signal);
  } catch (error) {
    if (!(error instanceof FairleadError || isSystemError(error)) || signal?.aborted) throw error;
    if (isKernelFailure(error, 'gone')) return { read: 'gone' };
    if (isKernelFailure(error, 'host-namespace')) return { read: 'host' };
    return { read: 'unreadable', why: messageOf(error), ...(mayPass(error) && { passing: true }) };
  }
}

/**
 * In whose namespaces something of ours is, before anything is known of what is declared. Asked every time: what was
 * routed by hand since has to be closed as soon as its warp is gone, and no event tells of it.
 */
export async function findHolders(
  { kernel }: KernelAccess,
  memory: Memory | undefined,
): Promise<ReadonlySet<string>> {
  const holders = (await kernel?.findHolders()) ?? new Set<string>();
  memory?.noticeHolders(holders);
  return holders;
}

interface KernelOptions {
  readonly memory?: Memory | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Asks the engine whether a container still has that process. */
  readonly isStill: (process: ContainerProcess) => Promise<boolean>;
}

/** The engine says that it runs, and there is no such process here: one that has merely ended is something else. */
const unseen: NamespaceReading = {
  read: 'unreadable',
  why: 'its process is not to be seen from here: in a container Fairlead needs the processes of the host (--pid=host)',
};

/**
 * A container that has no process to look at: it has ended or runs anew since it was listed, unless it is merely not
 * known which process it has.
 */
function withoutProcess({ reading }: Container): NamespaceReading {
  if (reading.read === 'details') return { read: 'gone' };
  const why = reading.read === 'unreadable' ? reading.why : 'the engine was not asked which process it has';
  return { read: 'unreadable', why };
}

function isAnswered(answered: NamespaceQuestion | undefined, { warpSide }: NamespaceQuestion): boolean {
  return answered !== undefined && (answered.warpSide || !warpSide);
}

/** The World with what the kernel says of it. Changes nothing. */
export async function observeKernel(
  access: KernelAccess,
  world: World,
  holders: ReadonlySet<string>,
  questions: KernelQuestions,
  { memory, signal, isStill }: KernelOptions,
): Promise<World> {
  if (!questions.needed(world, holders)) return world;
  const { kernel } = access;
  if (!kernel) return { ...world, kernel: emptyView(access.outOfReach) };
  let host: HostNetworking;
  try {
    await kernel.check(signal);
    host = memory?.host(world.networks) ?? (await kernel.readHost(signal));
  } catch (error) {
    return { ...world, kernel: emptyView(outOfReachBy(error)) };
  }
  const byId = new Map(world.containers.map(container => [container.id, container]));
  const { default: pLimit } = await import('p-limit');
  const limit = pLimit(readsAtOnce);
  const read = async (container: Container, question: NamespaceQuestion): Promise<NamespaceReading> => {
    const remembered = memory?.namespace(container, question);
    if (remembered) return remembered;
    const process = processOf(container);
    if (!process) return withoutProcess(container);
    const reading = await limit(async (): Promise<NamespaceReading> => {
      const first = await readNamespace(kernel, process, question, signal);
      if (first.read !== 'gone') return first;
      // The engine does not say which process it has by now.
      if (container.reading.read === 'unreadable') return withoutProcess(container);
      try {
        return (await isStill(process)) ? unseen : first;
      } catch (error) {
        if (!isEngineFailure(error, 'timeout', 'malformed', 'transient', 'refused')) throw error;
        // The process is gone; what there is instead, another round asks, without waiting for the engine once more.
        if (error.failure === 'timeout') memory?.rememberUnanswered(container, error.message);
        return first;
      }
    });
    memory?.rememberNamespace(container, process, reading);
    // A look that fails is no reason to take anything away: what was in place before is taken to be there still.
    const last =
      reading.read === 'unreadable' && reading.passing ? memory?.lastState(process, question) : undefined;
    return last && reading.read === 'unreadable'
      ? { read: 'state', state: last, outdated: reading.why }
      : reading;
  };
  const namespaces = new Map<string, NamespaceReading>();
  const view = { ...world, kernel: { host, holders, namespaces } };
  const answered = new Map<string, NamespaceQuestion>();
  for (;;) {
    const asked = [...questions.namespaces(view)].flatMap(([id, question]) => {
      const container = byId.get(id);
      return container && !isAnswered(answered.get(id), question) ? [{ container, question }] : [];
    });
    if (asked.length === 0) break;
    const readings = await Promise.all(asked.map(({ container, question }) => read(container, question)));
    for (const [at, { container, question }] of asked.entries()) {
      answered.set(container.id, question);
      const reading = readings[at];
      if (reading) namespaces.set(container.id, reading);
    }
  }
  memory?.rememberHost(world.networks, host);
  return view;
}
