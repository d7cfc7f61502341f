import { checkNetworkSpec } from '../../lib/config/checks/network-checks.js';
import type { SpecProblem } from '../../lib/config/spec-problem.js';
import type { NetworkSpec } from '../../lib/model/network.js';
import type { Finding } from '../../lib/model/plan.js';

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
  return flag ?? (spec.name === '' ? 'NAME' : `network ${spec.name}`);
}

function line(spec: NetworkSpec, problem: SpecProblem): string {
  const suggestion = problem.suggestion === undefined ? '' : ` Did you mean ${problem.suggestion}?`;
  const allowed = problem.allowed === undefined ? '' : ` (${problem.allowed})`;
  return `${place(spec, problem)}: ${problem.message}${allowed}.${suggestion}`;
}

/** What is wrong with definitions: errors, each a line, and warnings to give before anything is done. */
export interface SpecCheck {
  readonly errors: readonly string[];
  readonly warnings: readonly Finding[];
}

/** Finds what an engine would refuse, or take and do harm with, before anything is asked of it. */
export function checkSpecs(specs: readonly NetworkSpec[]): SpecCheck {
  const problems = specs.flatMap(spec => checkNetworkSpec(spec).map(problem => ({ spec, problem })));
  const of = (severity: SpecProblem['severity']): typeof problems =>
    problems.filter(({ problem }) => problem.severity === severity);
  return {
    errors: of('error').map(({ spec, problem }) => line(spec, problem)),
    warnings: of('warning').map(({ spec, problem }) => ({
      find: 'warning',
      job: 'networks',
      network: spec.name,
      reason: line(spec, problem),
    })),
  };
}
