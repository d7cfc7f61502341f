import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Facts } from '../lib/doctor/facts.js';
import { declaredNetworks } from '../lib/config/network-spec.js';
import { FairleadError } from '../lib/model/errors.js';
import { declaredIn, inspectionForAll } from '../lib/reconcile/declared.js';
import { begunElsewhere } from '../lib/reconcile/journal/journal-steps.js';
import { observeAll } from '../lib/reconcile/observe/observe-all.js';
import { planAll } from '../lib/reconcile/plan.js';
import type { Connection } from './connection.js';
import { guardAtBoot } from './guard-at-boot.js';
import { stateFolder } from './state-folder.js';

/** Whether a folder can be written, or be made where it is not there yet. */
async function isWritable(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    return true;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return isMissing && dirname(folder) !== folder && isWritable(dirname(folder));
  }
}

/** Sees and plans everything declared; that it cannot is a fact as well. */
async function lookAtEngine(connection: Connection, signal: AbortSignal): Promise<Facts['engine']> {
  const { engine, config, journal, kernel, url } = connection;
  try {
    const declared = declaredIn(config);
    const sources = { engine, access: await kernel(), signal };
    const world = await observeAll(sources, inspectionForAll(declared), declared.warps);
    const begun = await begunElsewhere(journal);
    return { url, world, plan: planAll(declared, world, { force: false, prune: false, ...begun }) };
  } catch (error) {
    if (!(error instanceof FairleadError)) throw error;
    return { url, failure: error };
  }
}

/** Gathers what a check-up looks at. */
export async function gatherFacts(connection: Connection, signal: AbortSignal): Promise<Facts> {
  const { config, configFile, warnings, journal } = connection;
  const folder = stateFolder(process.env, process.getuid?.());
  const writable = await isWritable(folder);
  const networks = declaredNetworks(config);
  const boot = await guardAtBoot();
  return {
    config: { ...(configFile !== undefined && { file: configFile }), warnings },
    engine: await lookAtEngine(connection, signal),
    state: {
      folder,
      writable,
      unfinished: writable ? (await begunElsewhere(journal)).pending.map(({ network }) => network.name) : [],
    },
    ...(boot && { guardAtBoot: boot }),
    declares: {
      proxies: config.proxies.length > 0,
      guarded: networks.filter(({ egress }) => egress === 'warp').map(({ spec }) => spec.name),
    },
  };
}
