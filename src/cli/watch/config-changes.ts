import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/**
 * Calls whenever the file is written to, often several times for one change, or is another file. The folder is watched, not the file: most editors and
 * all config managers put a new file in the old one's place. Where that cannot be watched, SIGHUP still works.
 */
export function onFileChange(
  file: string,
  changed: () => void,
  unwatchable: (why: unknown) => void,
): () => void {
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(dirname(file), { persistent: false }, (_event, name) => {
      if (name === null || name === basename(file)) changed();
    });
    watcher.on('error', unwatchable);
  } catch (error) {
    unwatchable(error);
  }
  return () => watcher?.close();
}
