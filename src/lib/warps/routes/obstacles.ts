import type { Network } from '../../model/network.js';

/** Why no container can be another one's way out on a network; undefined where nothing stands in the way. */
export function transitObstacle({ driver, scope, options }: Network): string | undefined {
  if (driver === 'overlay' || scope === 'swarm')
    return 'an overlay network, on which the engine itself decides what goes where';
  const mode = options['ipvlan_mode'];
  if (driver === 'ipvlan' && (mode === 'l3' || mode === 'l3s'))
    return `ipvlan in mode ${mode}, in which containers have no neighbours`;
  // Measured: what is sent to a neighbour is dropped, transit too (engine fact E31).
  if (options['com.docker.network.bridge.enable_icc'] === 'false')
    return 'one with enable_icc off, so that no packet reaches another container on it';
  return undefined;
}
