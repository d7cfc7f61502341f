import { ExitCode } from '../../model/errors.js';
import { escapeLine } from '../../model/escape.js';
import type { ContainerProcess } from '../../model/namespace.js';
import { KernelError, type KernelFailure } from '../kernel-error.js';
import { missingRights } from '../rights.js';
import type { ToolResult } from '../tools.js';

interface Explanation {
  /** What the kernel says by way of iproute2, which gives no code (seen with iproute2 4.17 to 6.1, LC_ALL=C). */
  readonly said: RegExp;
  readonly failure: Exclude<KernelFailure, 'privileges'>;
  readonly why: string;
  readonly hints: readonly string[];
}

const elseChanged = ['Another program, or another run of Fairlead, changes routing there: run it again.'];

const explanations: readonly Explanation[] = [
  { said: /File exists/, failure: 'conflict', why: 'it is there already', hints: elseChanged },
  {
    said: /No such (?:file or directory|process)|FIB table does not exist/,
    failure: 'conflict',
    why: 'it is there no more',
    hints: elseChanged,
  },
  {
    said: /Nexthop has invalid gateway|No route to host|Network is unreachable|Network is down/,
    failure: 'refused',
    why: 'the warp cannot be reached directly from there',
    hints: ['Both containers have to be on one network that they share: `fairlead warp list` says which.'],
  },
  {
    said: /Cannot find device/,
    failure: 'refused',
    why: 'the device is there no more',
    hints: ['The container has just left that network: run it again.'],
  },
];

/** Why a batch failed, by what `ip` says; `lines` are those of the batch. */
export function describeBatchFailure(
  container: Pick<ContainerProcess, 'name'>,
  lines: readonly string[],
  { stderr }: ToolResult,
): KernelError {
  const name = escapeLine(container.name);
  if (/Operation not permitted|nsenter: .*Permission denied/.test(stderr)) {
    return missingRights(`change routing in container ${name}`);
  }
  const number = Number(/^Command failed -:(\d+)$/m.exec(stderr)?.[1]);
  const line = lines[number - 1];
  const known = explanations.find(({ said }) => said.test(stderr));
  const why = known?.why ?? `ip says: ${escapeLine(stderr.replace(/^Command failed.*$/m, ''))}`;
  const what = line === undefined ? '' : ` ("ip ${line}")`;
  return new KernelError(
    known?.failure ?? 'refused',
    `Could not change routing in container ${name}${what}: ${why}.`,
    { exit: ExitCode.failed, hints: known?.hints ?? [] },
  );
}
