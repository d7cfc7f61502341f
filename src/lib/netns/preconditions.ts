import { readFile } from 'node:fs/promises';
import { isKernelFailure, KernelError } from './kernel-error.js';
import { examineIp } from './ip-version.js';
import { type Capability, missingCapabilities, missingRights } from './rights.js';
import type { IpDialect } from './routing/read-routing.js';
import { type FindProgram, missingProgram } from './tool-folders.js';
import type { RunTool } from './tools.js';

/** What has to be here before anything can be read or changed, found out once. */
export interface Preconditions {
  /** Throws all that is missing as one error. nft is not among it: few need it, and it is said where it is. */
  check(signal?: AbortSignal): Promise<void>;
  dialect(signal?: AbortSignal): Promise<IpDialect>;
}

export function preconditions(run: RunTool, findProgram: FindProgram): Preconditions {
  let known: IpDialect | undefined;
  let isMet = false;
  const dialect = async (signal?: AbortSignal): Promise<IpDialect> =>
    (known ??= await examineIp(run, signal));
  return {
    dialect,
    async check(signal) {
      if (isMet) return;
      const [capabilities, nsenter, ip] = await Promise.all([
        ownMissing(),
        findProgram('nsenter'),
        failureOf(() => dialect(signal)),
      ]);
      const failures = [
        ...(capabilities.length > 0 ? [missingRights('read and change routing', capabilities)] : []),
        ...(nsenter === undefined ? [missingProgram('nsenter')] : []),
        ...(ip ? [ip] : []),
      ];
      if (failures.length > 0) throw together(failures);
      isMet = true;
    },
  };
}

async function ownMissing(): Promise<readonly Capability[]> {
  return missingCapabilities(await readFile('/proc/self/status', 'utf8'));
}

async function failureOf(attempt: () => Promise<unknown>): Promise<KernelError | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    if (error instanceof KernelError && isKernelFailure(error, 'tool')) return error;
    throw error;
  }
}

/** The first of them says what kind of failure it is: rights before tools. */
function together(failures: readonly KernelError[]): KernelError {
  const [first] = failures;
  if (!first) throw new TypeError('nothing has failed');
  return new KernelError(first.failure, failures.map(({ message }) => message).join(' '), {
    exit: first.exit,
    hints: failures.flatMap(({ hints }) => hints),
  });
}
