import { checkDeclaredNetworks } from './declared-network-checks.js';
import { checkMemberships } from './membership-checks.js';
import { checkProxies } from './proxy-checks.js';
import { checkRuntime } from './runtime-checks.js';
import type { FairleadConfig } from '../schema.js';
import type { SpecProblem } from '../spec-problem.js';
import { checkWarps } from './warp-checks.js';

/** All that is wrong with a config of the right shape, as far as can be told without an engine. */
export function checkConfig(config: FairleadConfig): SpecProblem[] {
  return [
    ...checkRuntime(config),
    ...checkDeclaredNetworks(config),
    ...checkMemberships(config),
    ...checkProxies(config),
    ...checkWarps(config),
  ];
}
