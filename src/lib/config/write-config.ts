import { randomUUID } from 'node:crypto';
import { link, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ExitCode, FairleadError, messageOf } from '../model/errors.js';
import { codeOf } from '../model/error-code.js';

/**
 * Writes a file as a whole or not at all, readable by all and writable by its owner. One that exists is left as it
 * is unless it is to be replaced: linking refuses it in the same moment in which it would take its place. The folder is
 * made where only it is missing: /etc/fairlead is, on a host where Fairlead is new.
 */
export async function writeConfig(file: string, text: string, replace: boolean): Promise<void> {
  const draft = join(dirname(file), `.fairlead-${randomUUID()}`);
  try {
    await makeFolder(dirname(file));
    await writeFile(draft, text, { flag: 'wx', mode: 0o644 });
    await (replace ? rename(draft, file) : link(draft, file));
  } catch (error) {
    throw refusal(file, error);
  } finally {
    // What could not be written, for a folder that is none, cannot be removed: the first failure says why.
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o755 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/** Words for the failures that are to be expected. The system's own name the draft, which nobody knows of. */
const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EISDIR: 'it is a folder',
};

function refusal(file: string, error: unknown): FairleadError {
  const code = codeOf(error);
  if (code === 'EEXIST')
    return new FairleadError(`${file} exists already and was left as it is.`, {
      code: 'config-exists',
      exit: ExitCode.usage,
      hints: ['--force replaces it.'],
      cause: error,
    });
  const exit =
    code === 'EACCES' || code === 'EPERM' || code === 'EROFS' ? ExitCode.privileges : ExitCode.failed;
  const isMissing = code === 'ENOENT';
  const folder = dirname(file);
  const why = isMissing
    ? `there is no folder ${dirname(folder)}`
    : (reasons[code ?? ''] ?? code ?? messageOf(error));
  return new FairleadError(`${file} could not be written: ${why}.`, {
    code: 'config-unwritable',
    exit,
    hints: isMissing ? [`Make the folder: mkdir -p ${folder}`] : [],
    cause: error,
  });
}
