import { ExitCode, FairleadError, messageOf } from '../../model/errors.js';
import { codeOf } from '../../model/error-code.js';

const failureCode = 'journal';

function hintFor(what: 'read' | 'write', error: unknown): string {
  if (what === 'write') return 'A network is only recreated when it can be written down first who is on it.';
  return codeOf(error) === 'EACCES'
    ? 'Run Fairlead as the user whose folder it is, or with sudo.'
    : 'It says who was on a network that was being recreated: look into it, put them back, then remove it.';
}

export function journalFailure(what: 'read' | 'write', file: string, error: unknown): FairleadError {
  return new FairleadError(`Could not ${what} the journal ${file}: ${messageOf(error)}.`, {
    code: failureCode,
    exit: ExitCode.failed,
    hints: [hintFor(what, error)],
    cause: error,
  });
}

/** Whether the journal itself could not be read or written, and not an engine be asked whose it is. */
export function isJournalFailure({ code }: FairleadError): boolean {
  return code === failureCode;
}

/** Whether a journal could not be looked at for want of the right to. */
export function isDenied({ cause }: FairleadError): boolean {
  return codeOf(cause) === 'EACCES';
}
