import { setTimeout as delay } from 'node:timers/promises';
import type { ProbeCounts, WarpCount } from '../../model/probe.js';
import { type OpenNamespace, openNamespace } from '../open-namespace.js';
import { toolRunner } from '../run-tool.js';
import { programFinder, toolFolders } from '../tool-folders.js';
import { drawTableName, hostTable, readHostCounts, readWarpCounts, warpTable } from './counting-tables.js';
import { type HeldTable, holdTable } from './hold-table.js';
import type { Probe, Prober } from './prober.js';
import { type Sent, send } from './send.js';
import { sweepTables } from './sweep-tables.js';
import { drawSignature, signatureIs } from './signature.js';

export interface LocalProberOptions {
  /** The caller's PATH: where else tools may be than in the system's own folders. */
  readonly path?: string | undefined;
  /** The Node that is running: the sender is one too. */
  readonly node: string;
  /** Of this process. */
  readonly pid: number;
}

/** The kernel gives a neighbour that does not answer up after three seconds; until then packets may be waiting. */
const settlingMs = 3500;
const againMs = 25;

interface Counters {
  readonly host: HeldTable;
  readonly warps: readonly { readonly name: string; readonly table: HeldTable }[];
}

/** Sends from namespaces of this host, and counts in them. */
export function localProber({ path, node, pid }: LocalProberOptions): Prober {
  const folders = toolFolders(path);
  const find = programFinder(folders);
  const run = toolRunner({ folders, findProgram: find });
  const programs = { find, folders };
  return {
    async probe({ target, packets, warps, ...around }, confirm, signal) {
      const signature = drawSignature(packets);
      const matches = signatureIs(signature, packets);
      const name = drawTableName(pid);
      const placed: AsyncDisposable[] = [];
      const open = async (process: Probe['target']): Promise<OpenNamespace> =>
        keep(placed, await openNamespace(process, { confirm: () => confirm(process) }));
      try {
        const within = await open(target);
        await sweepTables({ run }, signal);
        const host = await holdTable({ run, programs }, hostTable(name, matches, around), signal);
        const counters = { host: keep(placed, host), warps: [] as { name: string; table: HeldTable }[] };
        for (const { name: warp, process } of warps) {
          const holding = { run, programs, within: await open(process) };
          await sweepTables(holding, signal);
          const table = keep(placed, await holdTable(holding, warpTable(name, matches, around), signal));
          counters.warps.push({ name: warp, table });
        }
        const sent = await send({ programs, node, within }, packets, signature, signal);
        return await settled(counters, sent, signal);
      } finally {
        for (const each of placed.reverse()) await each[Symbol.asyncDispose]();
      }
    },
  };
}

function keep<T extends AsyncDisposable>(placed: AsyncDisposable[], one: T): T {
  placed.push(one);
  return one;
}

async function countsIn({ host, warps }: Counters, sent: Sent, signal?: AbortSignal): Promise<ProbeCounts> {
  const [onHost, ...onWarps] = await Promise.all([
    host.counted(signal),
    ...warps.map(async ({ name, table }): Promise<WarpCount> => {
      return { warp: name, ...readWarpCounts(await table.counted(signal)) };
    }),
  ]);
  return { ...sent, warps: onWarps, ...readHostCounts(onHost) };
}

function seen({ past, heldBack, warps }: ProbeCounts): number {
  return warps.reduce((total, { reached }) => total + reached, past + heldBack);
}

/** All that was sent has been seen, and nothing changes any more; or there is nothing to wait for. */
async function settled(counters: Counters, sent: Sent, signal?: AbortSignal): Promise<ProbeCounts> {
  const start = performance.now();
  let before: string | undefined;
  for (;;) {
    const counts = await countsIn(counters, sent, signal);
    const now = JSON.stringify(counts);
    if (now === before && seen(counts) >= sent.sent) return counts;
    if (performance.now() - start > settlingMs) return counts;
    before = now;
    await delay(againMs, undefined, { ...(signal && { signal }) });
  }
}
