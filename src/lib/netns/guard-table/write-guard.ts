import type { GuardedBridge } from '../../model/guard.js';
import { applyCommands, removeTable, replaceTable } from '../nft/run-nft.js';
import type { RunTool } from '../tools.js';
import { guardTable } from './guard-table.js';

/** Replaces the guard's table as a whole, in one transaction; without a bridge there is none afterwards. */
export async function writeGuard(run: RunTool, bridges: readonly GuardedBridge[]): Promise<void> {
  const table = guardTable(bridges);
  const commands = bridges.length === 0 ? removeTable(table) : replaceTable(table);
  await applyCommands({ run }, commands, 'write the guard');
}
