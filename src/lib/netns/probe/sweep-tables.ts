import { existsSync } from 'node:fs';
import { applyCommands, type Nft, removeTable } from '../nft/run-nft.js';
import { toolRefused } from '../tool-refused.js';
import { ownerOfTable } from './counting-tables.js';

/**
 * Removes counters that a killed run could not: whoever ends a whole control group ends those who would have removed
 * them, too. The name tells which process made a table; one that still runs keeps it. Read as text: nft 1.0.6 prints
 * no valid JSON where somebody's table has the flag `owner`.
 */
export async function sweepTables(nft: Nft, signal?: AbortSignal): Promise<void> {
  const { run, within } = nft;
  const result = await run({ tool: 'nft', args: ['list', 'tables'], ...(within && { within }) }, signal);
  if (result.exitCode !== 0) throw toolRefused('read the firewall rules', 'nft', result);
  const names = [...result.stdout.matchAll(/^table inet (\S+)$/gm)].map(([, name = '']) => name);
  const stale = names.filter(name => {
    const pid = ownerOfTable(name);
    return pid !== undefined && !existsSync(`/proc/${String(pid)}`);
  });
  if (stale.length === 0) return;
  const commands = stale.flatMap(name => removeTable({ family: 'inet', name }));
  await applyCommands(nft, commands, 'remove what is left of counters');
}
