import { type Endpoint, isLocal } from '../lib/docker/endpoint/endpoint.js';
import { ExitCode } from '../lib/model/errors.js';
import type { WrittenGuard } from '../lib/netns/guard-table/boot-guard.js';
import type { OutOfReach } from '../lib/model/kernel-view.js';
import type { KernelAccess } from '../lib/reconcile/observe/observe-kernel.js';

const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1', '[::1]']);

/** Where the guard is written down for the next boot, and who is told that it could not be. */
interface GuardFolder {
  readonly folder: string;
  readonly warn: (message: string) => void;
}

/** Whether the engine may be on this host: one behind a socket proxy listens on the loopback. */
function mayBeHere(endpoint: Endpoint): boolean {
  return isLocal(endpoint) || (endpoint.kind === 'tcp' && loopback.has(endpoint.host));
}

/**
 * The kernel that the engine's containers run on, if it is this one. Each container's process is checked on its own
 * besides, for a socket on this host may lead anywhere. What is known of the guard's file outlives each look at it.
 */
export function kernelAccess(
  endpoint: Endpoint,
  env: NodeJS.ProcessEnv,
  boot: GuardFolder,
): () => Promise<KernelAccess> {
  if (!mayBeHere(endpoint)) {
    const outOfReach: OutOfReach = {
      code: 'remote-engine',
      why: `The engine at ${endpoint.url} is on another host: routing can be changed only there.`,
      hints: ["Run Fairlead on the engine's host for warps, and --only networks,attachments,proxies here."],
      exit: ExitCode.failed,
    };
    return () => Promise.resolve({ outOfReach });
  }
  let written: WrittenGuard | undefined;
  return async () => {
    const [{ localKernel }, { writtenGuard }] = await Promise.all([
      import('../lib/netns/local-kernel.js'),
      import('../lib/netns/guard-table/boot-guard.js'),
    ]);
    written ??= writtenGuard(boot.folder, boot.warn);
    return { kernel: localKernel({ ...(env['PATH'] !== undefined && { path: env['PATH'] }), written }) };
  };
}
