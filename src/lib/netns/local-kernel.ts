import type { WrittenGuard } from './guard-table/boot-guard.js';
import { readGuard } from './guard-table/read-guard.js';
import { writeGuard } from './guard-table/write-guard.js';
import { findHolders } from './find-holders.js';
import type { Kernel } from './kernel.js';
import { isKernelFailure } from './kernel-error.js';
import { openNamespace } from './open-namespace.js';
import { preconditions } from './preconditions.js';
import { readNamespace } from './read-namespace.js';
import { readHost } from './read-host.js';
import { changeRouting } from './routing/change-routing.js';
import { toolRunner } from './run-tool.js';
import { missingProgram, programFinder, toolFolders } from './tool-folders.js';
import type { RunTool } from './tools.js';
import { writeNat } from './warp-side/write-nat.js';

export interface LocalKernelOptions {
  /** The caller's PATH: where else tools may be than in the system's own folders. */
  readonly path?: string;
  /** Wraps the runner of tools: to log or count what is run. */
  readonly observe?: (run: RunTool) => RunTool;
  /** The guard as it is written down for the next boot; absent where it is not. */
  readonly written?: WrittenGuard;
}

/** The kernel of this host, by the system's own tools. */
export function localKernel({ path, observe = run => run, written }: LocalKernelOptions = {}): Kernel {
  const folders = toolFolders(path);
  const findProgram = programFinder(folders);
  const run = observe(toolRunner({ folders, findProgram }));
  const needed = preconditions(run, findProgram);
  return {
    check: signal => needed.check(signal),
    readHost: signal => readHost(run, findProgram, signal),
    // Without nft there can be no guard of ours.
    readGuard: async signal =>
      (await findProgram('nft')) === undefined ? undefined : readGuard(run, signal),
    findHolders: () => Promise.resolve(findHolders()),
    async readNamespace(process, question, signal) {
      try {
        await using within = await openNamespace(process);
        const dialect = await needed.dialect(signal);
        return {
          read: 'state',
          state: await readNamespace({ run, dialect, within, process }, question, signal),
        };
      } catch (error) {
        if (isKernelFailure(error, 'gone')) return { read: 'gone' };
        if (isKernelFailure(error, 'host-namespace')) return { read: 'host' };
        throw error;
      }
    },
    async changeRouting(process, changes, confirm) {
      // Before anything is done: what comes before it in the plan would be left half done.
      const needsNft = changes.some(({ change }) => change === 'set-replies');
      if (needsNft && (await findProgram('nft')) === undefined) throw missingProgram('nft');
      await using within = await openNamespace(process, { confirm });
      await changeRouting(run, within, process, changes);
    },
    async setNat(process, nat, confirm) {
      await using within = await openNamespace(process, { confirm });
      await writeNat(run, within, nat);
    },
    async setGuard(bridges) {
      // What is written down is never less than a guard that was said to be in force, and gone before one is taken away:
      // else the next boot closes networks that nobody opens any more.
      if (bridges.length === 0) await written?.follow(bridges);
      await writeGuard(run, bridges);
      if (bridges.length > 0) await written?.follow(bridges);
    },
    async keepForBoot(bridges) {
      await written?.makeUp(bridges);
    },
  };
}
