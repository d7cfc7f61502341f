import { endpointOn, isAlive } from '../../model/container.js';
import type { Network } from '../../model/network.js';
import type { World } from '../../model/world.js';
import type { WarpDeclaration } from '../routes/declaration.js';
import { warpsOn } from './guarded-warps.js';

/**
 * Names of the warps that run on a guarded network and are not let out of it: they send on by another network what
 * their targets send to them.
 */
export function leavingElsewhere(
  declaration: WarpDeclaration,
  world: World,
): (network: Network, letOut: readonly string[]) => string[] {
  const on = warpsOn(declaration, world);
  return (network, letOut) =>
    on(network).flatMap(warp => {
      const { ipv4, ipv6 } = endpointOn(warp, network.name) ?? {};
      const addresses = [ipv4, ipv6].filter(address => address !== undefined);
      const serves = isAlive(warp) && addresses.length > 0;
      return serves && !addresses.some(address => letOut.includes(address)) ? [warp.name] : [];
    });
}
