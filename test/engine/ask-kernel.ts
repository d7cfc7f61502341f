// Run as a process of its own, inside an engine's network namespace or with rights taken from it: asks the kernel
// what its argument says, and prints the answer.
import type { ContainerProcess } from '../../src/lib/model/namespace.js';
import type { RoutingChange } from '../../src/lib/model/routing.js';
import { KernelError } from '../../src/lib/netns/kernel-error.js';
import type { Kernel } from '../../src/lib/netns/kernel.js';
import { localKernel } from '../../src/lib/netns/local-kernel.js';

export interface KernelQuestion {
  readonly ask: 'check' | 'holders' | 'host' | 'read' | 'change';
  readonly process?: ContainerProcess;
  readonly changes?: readonly RoutingChange[];
}

export interface KernelAnswer {
  readonly answer?: unknown;
  readonly failure?: string;
  readonly message?: string;
  readonly exit?: number;
  readonly hints?: readonly string[];
}

const nobody: ContainerProcess = { id: '', name: 'nobody', pid: 1, startedAt: '' };

async function ask(
  kernel: Kernel,
  { ask, process = nobody, changes = [] }: KernelQuestion,
): Promise<unknown> {
  switch (ask) {
    case 'check':
      await kernel.check();
      return 'ready';
    case 'holders':
      return [...(await kernel.findHolders())];
    case 'host':
      return kernel.readHost();
    case 'read':
      return kernel.readNamespace(process, { warpSide: false });
    case 'change':
      await kernel.changeRouting(process, changes, () => Promise.resolve(process));
      return 'done';
  }
}

async function answerTo(question: KernelQuestion): Promise<KernelAnswer> {
  const { PATH: path } = process.env;
  try {
    return { answer: await ask(localKernel({ ...(path !== undefined && { path }) }), question) };
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    const { failure, message, exit, hints } = error;
    return { failure, message, exit, hints };
  }
}

console.log(JSON.stringify(await answerTo(JSON.parse(process.argv[2] ?? '') as KernelQuestion)));
