import { readFile } from 'node:fs/promises';
import { ExitCode, FairleadError, messageOf } from '../../model/errors.js';
import { codeOf } from '../../model/error-code.js';

/** A file's text, or nothing where there is no such file. `what` names it for the reader, as «the CA certificate». */
export async function readOptional(path: string, what: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === 'EACCES' || code === 'EPERM') {
      throw new FairleadError(`Could not read ${what}, ${path}: permission denied.`, {
        code: 'file-denied',
        exit: ExitCode.privileges,
        hints: [
          'Run Fairlead as the user who owns the file, or with sudo, or give this user read access to it.',
        ],
        cause: error,
      });
    }
    const why = code === 'EISDIR' ? 'it is a directory' : messageOf(error);
    throw new FairleadError(`Could not read ${what}, ${path}: ${why}.`, {
      code: 'file-unreadable',
      exit: ExitCode.usage,
      cause: error,
    });
  }
}
