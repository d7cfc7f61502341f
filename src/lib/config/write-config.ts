import { randomUUID } from 'node:crypto';
import { link, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ExitCode, FairleadError, messageOf } from '../model/errors.js';
import { codeOf } from '../model/error-code.js';

/**
 * Writes a file as a whole or not at all, readable by all and writable by its owner. One that exists is left as it
 * is unless it is to be replaced: linking refuses it in the same moment in which it would take its place.
 */
export async function writeConfig(file: string, text: string, replace: boolean): Promise<void> {
  const draft = join(dirname(file), `.fairlead-${randomUUID()}`);
  try {
    await writeFile(draft, text, { flag: 'wx', mode: 0o644 });
    await (replace ? rename(draft, file) : link(draft, file));
  } catch (error) {
    throw refusal(file, error);
  } finally {
    await rm(draft, { force: true });
  }
}

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
  const why = messageOf(error);
  return new FairleadError(`${file} could not be written: ${why}.`, {
    code: 'config-unwritable',
    exit,
    cause: error,
  });
}
