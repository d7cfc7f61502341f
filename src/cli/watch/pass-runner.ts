import { type Pass, runPass } from '../../lib/reconcile/pass.js';
import { Memory } from '../../lib/reconcile/memory.js';
import type { World } from '../../lib/model/world.js';
import type { RunPass } from '../../lib/watch/pass-request.js';
import type { Connection } from '../connection.js';
import { type WholePassFlags, wholePass } from '../whole-pass.js';

/** A pass over the World as it was seen: for whoever wants to know more than its report. */
export type Seen = (world: World) => void;

/** The pass of `apply`, with a memory of what the passes before it read. The connection is asked for each time. */
export function passRunner(current: () => Connection, flags: WholePassFlags, onSeen: Seen): RunPass {
  const memory = new Memory();
  return async (request, signal) => {
    memory.forget(request.forget);
    if (request.kernelAnew) memory.forgetKernel();
    const connection = current();
    const pass: Pass<World> = await wholePass(connection, flags, memory);
    const { seen, report } = await runPass(connection.engine, pass, {
      dryRun: false,
      journal: connection.journal,
      signal,
      partial: true,
      heldBack: request.heldBack,
      onPlan: request.onProgress,
      onStep: request.onProgress,
    });
    onSeen(seen);
    return { report, keepsKernel: seen.kernel?.host !== undefined };
  };
}
