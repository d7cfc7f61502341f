import { type Container, type EndpointSettings, endpointSettings, isAlive } from '../model/container.js';
import type { Network } from '../model/network.js';
import type { Connect } from '../model/step.js';
import { type Membership, isStranded } from './memberships.js';
import { connectStep } from './steps.js';
import { type Surroundings, networkNamed } from './surroundings.js';

interface WayOut {
  readonly network: Network;
  readonly settings: EndpointSettings;
  readonly reason: string;
}

/** The home network that a proxy is not on: what is left of a healing that was interrupted. */
function homeOf(proxy: Container, on: readonly Membership[], around: Surroundings): WayOut[] {
  const mode = proxy.networkMode;
  const isThere = on.some(({ role }) => role === 'home');
  const home = mode.kind === 'network' && !isThere ? networkNamed(mode.network, around) : undefined;
  const reason = 'its home network: without it, it would start cut off';
  return home ? [{ network: home, settings: {}, reason }] : [];
}

/**
 * For a stopped proxy that would start on no network, or on none that its ports could be published on: back to its
 * home, or to a network that it could do without otherwise.
 */
export function planRescue(
  proxy: Container,
  on: readonly Membership[],
  staying: readonly Network[],
  dropped: readonly Network[],
  around: Surroundings,
): Connect[] {
  if (isAlive(proxy) || !isStranded(proxy, staying)) return [];
  const ways: WayOut[] = [
    ...homeOf(proxy, on, around),
    ...dropped.map(network => ({
      network,
      settings: endpointSettings(proxy, network.name) ?? {},
      reason: 'as it was before: without it, it would start cut off',
    })),
  ];
  const helps = ({ network }: WayOut): boolean => !isStranded(proxy, [...staying, network]);
  const way = ways.find(helps) ?? (staying.length === 0 ? ways[0] : undefined);
  return way ? [connectStep(proxy, way.network, way.settings, way.reason)] : [];
}
