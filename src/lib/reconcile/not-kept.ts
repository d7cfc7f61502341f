import { declaredNetworks } from '../config/network-spec.js';
import type { FairleadConfig } from '../config/schema.js';
import type { Finding } from '../model/plan.js';

/**
 * What a config may declare and this version does not keep. Traffic that somebody takes to be guarded and is not does
 * more harm than a run that fails.
 */
export function notKept(config: FairleadConfig): Finding[] {
  const unguarded = declaredNetworks(config)
    .filter(({ egress }) => egress === 'warp')
    .map(({ spec }): Finding => ({
      find: 'refused',
      job: 'warps',
      network: spec.name,
      reason: 'egress: warp is not kept by this version: traffic out of the network is NOT guarded',
    }));
  const unrouted = config.warp.routes.map(({ via }): Finding => ({
    find: 'refused',
    job: 'warps',
    container: via,
    reason: 'warp.routes are not kept by this version: nothing is routed through it',
  }));
  return [...unguarded, ...unrouted];
}
