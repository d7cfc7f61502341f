import { type Endpoint, isLocal } from '../lib/docker/endpoint/endpoint.js';
import { ExitCode } from '../lib/model/errors.js';
import type { LocalKernelOptions } from '../lib/netns/local-kernel.js';
import type { KernelAccess } from '../lib/reconcile/observe/observe-kernel.js';

const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1', '[::1]']);

/** Whether the engine may be on this host: one behind a socket proxy listens on the loopback. */
function mayBeHere(endpoint: Endpoint): boolean {
  return isLocal(endpoint) || (endpoint.kind === 'tcp' && loopback.has(endpoint.host));
}

/**
 * The kernel that the engine's containers run on, if it is this one. Each container's process is checked on its own
 * besides, for a socket on this host may lead anywhere.
 */
export async function kernelAccess(
  endpoint: Endpoint,
  env: NodeJS.ProcessEnv,
  boot: NonNullable<LocalKernelOptions['boot']>,
): Promise<KernelAccess> {
  if (!mayBeHere(endpoint)) {
    return {
      outOfReach: {
        code: 'remote-engine',
        why: `The engine at ${endpoint.url} is on another host: routing can be changed only there.`,
        hints: ["Run Fairlead on the engine's host for warps, and --only networks,attachments,proxies here."],
        exit: ExitCode.failed,
      },
    };
  }
  const { localKernel } = await import('../lib/netns/local-kernel.js');
  return {
    kernel: localKernel({
      ...(env['PATH'] !== undefined && { path: env['PATH'] }),
      boot,
    }),
  };
}
