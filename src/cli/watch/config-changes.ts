import { type FSWatcher, watch } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { versionOf } from '../../lib/config/source/file-version.js';
import type { Clock } from '../../lib/watch/clock.js';

/** A folder that is swapped for another one takes its watcher along without a word: then a look tells. */
const lookEveryMs = 30_000;
/** Many files may change in a folder at once. */
const lookSoonMs = 100;

export interface FileChangeOptions {
  /** The version that was read: the file may have changed since then. Absent: that is not known, and it is read again. */
  readonly version?: string | undefined;
  readonly changed: () => void;
  /** Called once at most: then only looks tell. */
  readonly unwatchable: () => void;
  readonly clock: Clock;
}

interface WatchedFolder {
  readonly inode: bigint;
  readonly watcher: FSWatcher;
}

async function inodeOf(folder: string): Promise<bigint | undefined> {
  return stat(folder, { bigint: true }).then(
    ({ ino }) => ino,
    () => undefined,
  );
}

/** The version of the file, wherever links lead; undefined where there is none. */
async function versionAt(file: string): Promise<string | undefined> {
  return stat(file, { bigint: true }).then(versionOf, () => undefined);
}

/**
 * Follows a file by the folders that it, and what it is a link to, are in: most editors and all config managers put a
 * new file in the old one's place. A link on the way that leads elsewhere now is noticed as well.
 */
class FileChanges {
  readonly #file: string;
  readonly #options: FileChangeOptions;
  readonly #closed = new AbortController();
  readonly #folders = new Map<string, WatchedFolder>();
  #version: string | undefined;
  #look = Promise.resolve();
  #looksSoon = false;
  #isTold = false;

  constructor(file: string, options: FileChangeOptions) {
    this.#file = file;
    this.#options = options;
    this.#version = options.version;
  }

  async follow(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#closed;
    while (!signal.aborted) {
      await this.#looked();
      await clock.sleep(lookEveryMs, signal);
    }
  }

  close(): void {
    this.#closed.abort();
    for (const { watcher } of this.#folders.values()) watcher.close();
  }

  /** One look after the other: the later one must not be overtaken by what the earlier one saw. */
  #looked(): Promise<void> {
    this.#look = this.#look.then(() => this.#lookNow());
    return this.#look;
  }

  async #lookNow(): Promise<void> {
    await this.#watchFolders();
    const version = await versionAt(this.#file);
    // One that is not there is about to be put there, as a rule: it is read then.
    if (version === undefined || version === this.#version || this.#closed.signal.aborted) return;
    this.#version = version;
    this.#options.changed();
  }

  /** Without a name, or with the file's, it is the file; by another one it may be a link on the way to it. */
  #noticed(name: string | null): void {
    if (name === null || name === basename(this.#file)) {
      this.#options.changed();
      void versionAt(this.#file).then(version => (this.#version = version ?? this.#version));
      return;
    }
    if (this.#looksSoon) return;
    this.#looksSoon = true;
    void this.#lookSoon();
  }

  async #lookSoon(): Promise<void> {
    await this.#options.clock.sleep(lookSoonMs, this.#closed.signal);
    this.#looksSoon = false;
    await this.#looked();
  }

  async #watchFolders(): Promise<void> {
    const target = await realpath(this.#file).catch(() => this.#file);
    const wanted = new Set([dirname(this.#file), dirname(target)]);
    for (const folder of new Set([...this.#folders.keys(), ...wanted])) {
      const inode = wanted.has(folder) ? await inodeOf(folder) : undefined;
      const watched = this.#folders.get(folder);
      if (watched && watched.inode === inode) continue;
      watched?.watcher.close();
      this.#folders.delete(folder);
      if (inode !== undefined && !this.#closed.signal.aborted) this.#watch(folder, inode);
    }
  }

  #watch(folder: string, inode: bigint): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => this.#noticed(name));
      watcher.on('error', () => this.#failed(folder));
      this.#folders.set(folder, { inode, watcher });
    } catch {
      this.#failed(folder);
    }
  }

  #failed(folder: string): void {
    this.#folders.get(folder)?.watcher.close();
    this.#folders.delete(folder);
    if (!this.#isTold) this.#options.unwatchable();
    this.#isTold = true;
  }
}

/** Calls whenever the file changes, often several times for one change, until it is ended. */
export function onFileChange(file: string, options: FileChangeOptions): () => void {
  const changes = new FileChanges(file, options);
  void changes.follow();
  return () => changes.close();
}
