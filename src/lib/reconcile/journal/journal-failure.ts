import { ExitCode, FairleadError, messageOf } from '../../model/errors.js';

export function journalFailure(what: string, file: string, error: unknown): FairleadError {
  return new FairleadError(`Could not ${what} the journal ${file}: ${messageOf(error)}.`, {
    code: 'journal',
    exit: ExitCode.failed,
    hints: ['A network is only recreated when it can be written down first who is on it.'],
    cause: error,
  });
}

/** Whether a journal could not be looked at for want of the right to. */
export function isDenied({ cause }: FairleadError): boolean {
  return (cause as NodeJS.ErrnoException | undefined)?.code === 'EACCES';
}
