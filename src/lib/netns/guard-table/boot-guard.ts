import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '../../model/errors.js';
import { escapeLine } from '../../model/escape.js';
import type { GuardedBridge } from '../../model/guard.js';
import { type NftCommand, replaceTable, transaction } from '../nft/run-nft.js';
import { guardTable } from './guard-table.js';

/** What `fairlead-guard.service` loads before the engine starts its containers. */
export function bootGuardFile(stateFolder: string): string {
  return join(stateFolder, 'guard.json');
}

/**
 * The guard until the first pass after a boot. Nobody gets out, warps neither: they may come back at other addresses,
 * and somebody else at theirs. Bridges have the names they had, and a rule may name one that is not there yet.
 */
export function bootGuard(bridges: readonly GuardedBridge[]): NftCommand[] {
  return replaceTable(guardTable(bridges.map(({ bridge }) => ({ bridge, warps: [] }))));
}

/** The guard in force, written down in its closed form for the next boot. Nothing of Fairlead's ever acts on it. */
export interface WrittenGuard {
  /** Follows the guard that has just been put in force; without a bridge nothing is left. Never throws. */
  follow(bridges: readonly GuardedBridge[]): Promise<void>;
  /**
   * The same for a guard that was found in force, where this process has not written down just that one. Where none
   * is given, only what failed last is tried again.
   */
  makeUp(bridges: readonly GuardedBridge[] | undefined): Promise<void>;
}

function failureText(bridges: readonly GuardedBridge[], error: unknown): string {
  const what =
    bridges.length === 0
      ? 'Could not remove what guards the networks after the next boot until the first pass'
      : 'Could not write down the guard for the next boot: until the first pass it may be another one, or none';
  return `${what}: ${escapeLine(messageOf(error))}`;
}

/**
 * Writes it to a state folder. That it cannot be written takes nothing from the guard, and is warned of, once until it
 * can be or fails otherwise.
 */
export function writtenGuard(stateFolder: string, warn: (message: string) => void): WrittenGuard {
  const file = bootGuardFile(stateFolder);
  let inPlace: string | undefined;
  let failed: readonly GuardedBridge[] | undefined;
  let warnedOf: string | undefined;
  const textOf = (bridges: readonly GuardedBridge[]): string => `${transaction(bootGuard(bridges))}\n`;

  async function follow(bridges: readonly GuardedBridge[]): Promise<void> {
    const text = textOf(bridges);
    try {
      if (bridges.length === 0) await rm(file, { force: true });
      else await replaceFile(file, text);
      [inPlace, failed, warnedOf] = [text, undefined, undefined];
    } catch (error) {
      [inPlace, failed] = [undefined, bridges];
      const message = failureText(bridges, error);
      if (message !== warnedOf) warn(message);
      warnedOf = message;
    }
  }

  return {
    follow,
    async makeUp(bridges = failed) {
      if (bridges && textOf(bridges) !== inPlace) await follow(bridges);
    },
  };
}

/** What is written takes milliseconds: a draft that is older is of somebody who was killed at it. */
const draftMs = 60_000;

async function sweepDrafts(file: string): Promise<void> {
  const folder = dirname(file);
  const drafts = (await readdir(folder)).filter(name => name.startsWith(`${basename(file)}.`));
  for (const draft of drafts.map(name => join(folder, name))) {
    const { mtimeMs } = await stat(draft).catch(() => ({ mtimeMs: Infinity }));
    if (mtimeMs < Date.now() - draftMs) await rm(draft, { force: true });
  }
}

/** Whole or not at all, also when the power fails right after, and when a command and a watch are both at it. */
async function replaceFile(file: string, text: string): Promise<void> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await sweepDrafts(file);
  const draft = `${file}.${randomUUID()}`;
  try {
    await using handle = await open(draft, 'wx', 0o600);
    await handle.writeFile(text);
    await handle.sync();
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await using entry = await open(folder);
  await entry.sync();
}
