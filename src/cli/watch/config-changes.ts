import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Editors write a file in several steps. */
const settledMs = 200;

/**
 * Calls when the file has another content, or is another file. The folder is watched, not the file: most editors and
 * all config managers put a new file in the old one's place. Where that cannot be watched, SIGHUP still works.
 */
export function onFileChange(
  file: string,
  changed: () => void,
  unwatchable: (why: unknown) => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  const settle = (name: string | null): void => {
    if (name !== null && name !== basename(file)) return;
    clearTimeout(timer);
    timer = setTimeout(changed, settledMs);
  };
  try {
    watcher = watch(dirname(file), { persistent: false }, (_event, name) => settle(name));
    watcher.on('error', unwatchable);
  } catch (error) {
    unwatchable(error);
  }
  return () => {
    clearTimeout(timer);
    watcher?.close();
  };
}
