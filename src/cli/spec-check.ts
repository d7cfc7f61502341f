import { checkNetworkSpec } from '../lib/config/network-checks.js';
import type { SpecProblem } from '../lib/config/spec-problem.js';
import { UsageError } from '../lib/model/errors.js';
import { escapeText } from '../lib/model/escape.js';
import type { NetworkSpec } from '../lib/model/network.js';

/** The flag that a part of a definition came from. */
const flagOf: Readonly<Record<string, string>> = {
  driver: '--driver',
  driver_opts: '--opt',
  internal: '--internal',
  attachable: '--attachable',
  enable_ipv4: '--ipv4',
  enable_ipv6: '--ipv6',
  labels: '--label',
  config_only: '--config-only',
  config_from: '--config-from',
  subnet: '--subnet',
  gateway: '--gateway',
  ip_range: '--ip-range',
  aux_addresses: '--aux-address',
};

function place(spec: NetworkSpec, problem: SpecProblem): string {
  const flag = [...problem.path].reverse().flatMap(part => flagOf[String(part)] ?? [])[0];
  return flag ?? `network ${escapeText(spec.name)}`;
}

function line(spec: NetworkSpec, problem: SpecProblem): string {
  const suggestion = problem.suggestion === undefined ? '' : ` Did you mean ${problem.suggestion}?`;
  const allowed = problem.allowed === undefined ? '' : ` (${problem.allowed})`;
  return escapeText(`${place(spec, problem)}: ${problem.message}${allowed}.${suggestion}`);
}

/**
 * Refuses what an engine would refuse, or take and do harm with, before anything is asked of it. Gives the
 * warnings; throws a UsageError with all errors at once.
 */
export function checkSpecs(specs: readonly NetworkSpec[]): string[] {
  const problems = specs.flatMap(spec => checkNetworkSpec(spec).map(problem => ({ spec, problem })));
  const told = (severity: SpecProblem['severity']): string[] =>
    problems
      .filter(({ problem }) => problem.severity === severity)
      .map(({ spec, problem }) => line(spec, problem));
  const [first, ...more] = told('error');
  if (first !== undefined) throw new UsageError(first, more);
  return told('warning').map(text => `Warning: ${text}`);
}
