import { type Pass, runPass } from '../../lib/reconcile/pass.js';
import { Memory } from '../../lib/reconcile/memory.js';
import type { Step } from '../../lib/model/step.js';
import type { World } from '../../lib/model/world.js';
import type { RunPass } from '../../lib/watch/pass-request.js';
import type { Connection } from '../connection.js';
import { type WholePassFlags, wholePass } from '../whole-pass.js';

export interface PassRunnerOptions {
  readonly flags: WholePassFlags;
  /** The World as a pass saw it: for whoever wants to know more than its report. */
  readonly seen: (world: World) => void;
  /** The step that is being done; undefined once the pass is over. */
  readonly at: (step: Step | undefined) => void;
}

/** The pass of `apply`, with a memory of what the passes before it read. The connection is asked for each time. */
export function passRunner(
  current: () => Connection,
  { flags, seen: onSeen, at }: PassRunnerOptions,
): RunPass {
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
      onStep: step => {
        request.onProgress();
        at(step);
      },
    }).finally(() => at(undefined));
    onSeen(seen);
    return { report, keepsKernel: seen.kernel?.host !== undefined };
  };
}
