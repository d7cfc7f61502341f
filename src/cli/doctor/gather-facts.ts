import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Facts } from '../../lib/doctor/facts.js';
import { declaredNetworks } from '../../lib/config/network-spec.js';
import { EngineError } from '../../lib/docker/failures/engine-error.js';
import { FairleadError } from '../../lib/model/errors.js';
import { declaredIn, inspectionForAll } from '../../lib/reconcile/declared.js';
import {
  type BegunElsewhere,
  begunElsewhere,
  nothingBegun,
} from '../../lib/reconcile/journal/journal-steps.js';
import { observeAll } from '../../lib/reconcile/observe/observe-all.js';
import { planAll } from '../../lib/reconcile/plan.js';
import { warpDeclaration } from '../../lib/warps/routes/declaration.js';
import type { Connection } from '../connection.js';
import { guardAtBoot } from './guard-at-boot.js';
import { stateFolder } from '../state-folder.js';
import { runningWatches } from '../watch/running-watches.js';
import { codeOf } from '../../lib/model/error-code.js';

/** Whether a folder can be written, or be made where it is not there yet. */
async function isWritable(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    return true;
  } catch (error) {
    const isMissing = codeOf(error) === 'ENOENT';
    return isMissing && dirname(folder) !== folder && isWritable(dirname(folder));
  }
}

/** Sees and plans everything declared; that it cannot is a fact as well. */
async function lookAtEngine(
  { engine, config, kernel, url }: Connection,
  begun: BegunElsewhere,
  signal: AbortSignal,
): Promise<Facts['engine']> {
  try {
    const declared = declaredIn(config);
    const sources = { engine, access: await kernel(), signal };
    const world = await observeAll(sources, inspectionForAll(declared), declared.warps);
    return { url, world, plan: planAll(declared, world, { force: false, prune: false, ...begun }) };
  } catch (error) {
    if (!(error instanceof FairleadError)) throw error;
    return { url, failure: error };
  }
}

interface JournalReading {
  readonly begun: BegunElsewhere;
  readonly unread?: FairleadError;
}

/** What was begun and not finished, or why that cannot be said. An engine that is away is told of elsewhere. */
async function readJournal({ journal }: Connection, signal: AbortSignal): Promise<JournalReading> {
  try {
    return { begun: await begunElsewhere(journal, signal) };
  } catch (error) {
    if (!(error instanceof FairleadError) || signal.aborted) throw error;
    return { begun: nothingBegun, ...(!(error instanceof EngineError) && { unread: error }) };
  }
}

/** Gathers what a check-up looks at. */
export async function gatherFacts(connection: Connection, signal: AbortSignal): Promise<Facts> {
  const { config, configFile, warnings } = connection;
  const folder = stateFolder(process.env, process.getuid?.());
  const writable = await isWritable(folder);
  const networks = declaredNetworks(config);
  const boot = await guardAtBoot();
  const { begun, unread } = await readJournal(connection, signal);
  return {
    config: { ...(configFile !== undefined && { file: configFile }), warnings },
    engine: await lookAtEngine(connection, begun, signal),
    state: {
      folder,
      writable,
      unfinished: begun.pending.map(({ network }) => network.name),
      // Of a folder that is somebody else's it is said once that it is of no use.
      ...(unread && writable && { unread }),
    },
    ...(boot && { guardAtBoot: boot }),
    watches: await runningWatches(),
    declares: {
      warps: warpDeclaration(config),
      proxies: config.proxies.length > 0,
      guarded: networks.filter(({ egress }) => egress === 'warp').map(({ spec }) => spec.name),
    },
  };
}
