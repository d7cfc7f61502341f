import type { GuardState } from '../../model/guard.js';
import { listTable } from '../nft/run-nft.js';
import type { RunTool } from '../tools.js';
import { guardTableName, readGuardTable } from './guard-table.js';

/** The guard's table in the host's namespace; undefined where there is none. */
export async function readGuard(run: RunTool, signal?: AbortSignal): Promise<GuardState | undefined> {
  const table = await listTable({ run }, guardTableName, signal);
  return table && readGuardTable(table);
}
