import { problemJson } from '../../lib/config/problem-json.js';
import type { Problem } from '../../lib/config/source/problem.js';
import type { FairleadError } from '../../lib/model/errors.js';
import { schemaVersion } from '../../lib/report/json.js';

/** What has become of a config that was read anew. */
export interface ConfigEvent {
  /** `refused`: what the file said before stays in force. */
  readonly state: 'in-force' | 'refused';
  readonly file: string;
  readonly problems: readonly Problem[];
  readonly error?: FairleadError;
}

/** As `watch --json` prints it. */
export function configEventJson(
  { state, file, problems, error }: ConfigEvent,
  time: Date,
): Record<string, unknown> {
  return {
    schemaVersion,
    event: 'config',
    time: time.toISOString(),
    state,
    file,
    problems: problems.map(problemJson),
    ...(error && { error: { code: error.code, message: error.message, hints: error.hints } }),
  };
}
