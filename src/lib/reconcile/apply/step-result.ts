import { ExitCode, FairleadError, messageOf } from '../../model/errors.js';
import type { StepFailure, StepResult } from '../../model/report.js';
import type { Step } from '../../model/step.js';
import type { Executed } from '../executed.js';

function failureOf(error: unknown): StepFailure {
  return error instanceof FairleadError
    ? { code: error.code, message: error.message, hints: error.hints, exit: error.exit }
    : { code: 'unexpected', message: messageOf(error), hints: [], exit: ExitCode.failed };
}

/** Does a step and returns what came of it; it never throws. */
export async function resultOf(step: Step, execute: () => Promise<Executed>): Promise<StepResult> {
  try {
    const { outcome, note, needsAnotherRound } = await execute();
    return {
      step,
      outcome,
      ...(note !== undefined && { note }),
      ...(needsAnotherRound && { needsAnotherRound }),
    };
  } catch (error) {
    return { step, outcome: 'failed', failure: failureOf(error) };
  }
}
