import type { Link, Sysctls } from '../../model/namespace.js';
import type { WarpSide } from '../../model/warp-side.js';
import type { OpenNamespace } from '../open-namespace.js';
import type { RunTool } from '../tools.js';

/** What was read of the namespace already. */
export interface WarpSurroundings {
  readonly links: readonly Link[];
  readonly sysctls: Pick<Sysctls, 'ipv4Forwarding' | 'ipv6Forwarding'>;
}

/** What a warp does with the packets of others. */
export async function readWarpSide(
  run: RunTool,
  within: OpenNamespace,
  surroundings: WarpSurroundings,
  signal?: AbortSignal,
): Promise<WarpSide> {
  await Promise.resolve([run, within, surroundings, signal]);
  return { tunnels: [], masquerades: [], dropping: [], clampsSegments: false, hasOwn: false };
}
