import { Flags } from '@oclif/core';
import { UsageError } from '../../lib/model/errors.js';
import type { Job } from '../../lib/model/step.js';

const jobs: readonly Job[] = ['networks', 'attachments', 'proxies', 'warps'];

/** Flags of the commands that plan the whole config. */
export const jobFlags = {
  only: Flags.string({
    summary: `Plan these jobs only: ${jobs.join(', ')}.`,
    helpValue: 'JOB',
    multiple: true,
    delimiter: ',',
  }),
  prune: Flags.boolean({
    summary: 'Remove networks that Fairlead made, nobody declares any more and nothing is on.',
  }),
  force: Flags.boolean({
    summary: 'Also recreate networks that somebody else made, and members that cannot be restored in full.',
  }),
};

/** The jobs that `--only` names; all where it is not given. */
export function jobsFrom(only: readonly string[] | undefined): ReadonlySet<Job> | undefined {
  if (!only) return undefined;
  const known = jobs.filter(job => only.includes(job));
  const unknown = only.find(name => !(jobs as readonly string[]).includes(name));
  if (unknown !== undefined) {
    const what = unknown === '' ? 'a name is missing beside a comma' : `there is no job ${unknown}`;
    throw new UsageError(`--only: ${what}.`, [`The jobs are ${jobs.join(', ')}.`]);
  }
  return new Set(known);
}
