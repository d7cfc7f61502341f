import type { ChildProcess } from 'node:child_process';
import { ExitCode } from '../../model/errors.js';
import { KernelError } from '../kernel-error.js';
import { recordIn } from '../nft/expressions.js';
import type { NftTable } from '../nft/ruleset.js';
import { listTable, replaceTable } from '../nft/run-nft.js';
import type { OpenNamespace } from '../open-namespace.js';
import { toolRefused } from '../tool-refused.js';
import type { RunTool } from '../tools.js';
import { unnamedFile } from '../unnamed-file.js';
import { type Listening, listenTo } from './ending.js';
import { located, type Programs, startProgram } from './start-program.js';

/** A table that is there as long as it is held. */
export interface HeldTable extends AsyncDisposable {
  /** Packets by chain. Throws where somebody removed it meanwhile. */
  counted(signal?: AbortSignal): Promise<ReadonlyMap<string, number>>;
}

export interface Holding {
  readonly run: RunTool;
  readonly programs: Programs;
  /** The host's own namespace where it is left out. */
  readonly within?: OpenNamespace;
}

const attempted = 'count packets';
const placed = 'placed\n';
const shell = '/bin/sh';

/**
 * Places the table, then waits for the end of its input, then removes the table: one process does all three, so that
 * none of it can come in another order. Nothing of the script varies; what does are its arguments.
 */
const holder = `"$1" -j -f - <&4 && echo placed && { read -r _; "$1" delete table inet "$2"; }`;

/**
 * Places a table that does not outlive us. Its holder is in a session of its own and reads a pipe that only we write
 * to: our end is the pipe's, whatever brings it about. (The kernel would do it by itself for a table with the flag
 * `owner`, but nft 1.0.6 prints no valid JSON while there is one, and others on the host read that.)
 */
export async function holdTable(
  { run, programs, within }: Holding,
  table: NftTable,
  signal?: AbortSignal,
): Promise<HeldTable> {
  signal?.throwIfAborted();
  const nft = { run, ...(within && { within }) };
  const commands = await unnamedFile(JSON.stringify({ nftables: replaceTable(table) }));
  let child: ChildProcess;
  try {
    const args = ['-c', holder, 'sh', await located(programs, 'nft'), table.name];
    child = await startProgram(programs, { program: shell, args, stdin: 'pipe', within, input: commands });
  } finally {
    await commands.close();
  }
  const listening = listenTo(child);
  if (!(await listening.hasSaid(placed))) throw await refusal(child, listening);
  return {
    async counted(until) {
      const actual = await listTable(nft, table.name, until);
      if (!actual) throw vanished();
      return packetsByChain(actual);
    },
    async [Symbol.asyncDispose]() {
      const { exitCode, stderr } = await end(child, listening);
      const isThere = exitCode !== 0 && (await listTable(nft, table.name)) !== undefined;
      if (isThere) throw toolRefused('remove the counters', 'nft', { exitCode, stdout: '', stderr });
    },
  };
}

async function refusal(child: ChildProcess, listening: Listening): Promise<KernelError> {
  const { exitCode, stderr } = await end(child, listening);
  return toolRefused(attempted, 'nft', { exitCode, stdout: '', stderr });
}

function end(child: ChildProcess, { ended }: Listening): Listening['ended'] {
  child.stdin?.end();
  return ended;
}

function vanished(): KernelError {
  const message = `Could not ${attempted}: somebody has removed the counters meanwhile.`;
  return new KernelError('conflict', message, { exit: ExitCode.failed });
}

function packetsByChain({ rules }: NftTable): ReadonlyMap<string, number> {
  const packets = new Map<string, number>();
  for (const { chain, expr } of rules) {
    const counts = expr.map(each => recordIn(each, 'counter')?.['packets']);
    const more = counts.find(each => typeof each === 'number') ?? 0;
    packets.set(chain, (packets.get(chain) ?? 0) + more);
  }
  return packets;
}
