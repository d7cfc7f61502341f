import type { Container } from '../../model/container.js';
import { escapeText } from '../../model/escape.js';
import { networkOfEndpoint } from '../../model/membership.js';
import type { Network } from '../../model/network.js';
import { transitObstacle } from './obstacles.js';

/** Why a route cannot be, and what can be done about it. */
export interface Refusal {
  readonly reason: string;
  readonly hints?: readonly string[];
  /** A way that is in place already may stay: it is one of several that could be meant. */
  readonly ambiguous?: true;
  /** To close it would cut off what nobody asked to have routed: its neighbours, or a warp from its own way out. */
  readonly staysOpen?: true;
}

export type NetworkChoice = { readonly network: Network } | { readonly refusal: Refusal };

/** A container with the name that it is known by, for one that uses another one's namespace. */
export interface Party {
  readonly name: string;
  /** Whoever's namespace it is: its networks count. */
  readonly owner: Container;
}

const refused = (reason: string, ...hints: string[]): NetworkChoice => ({ refusal: { reason, hints } });

export function networksOf({ endpoints }: Container, networks: readonly Network[]): Network[] {
  return endpoints
    .flatMap(endpoint => networkOfEndpoint(endpoint, networks) ?? [])
    .filter(({ driver }) => driver !== 'host' && driver !== 'null');
}

function listed(networks: readonly Network[]): string {
  const names = networks.map(({ name }) => escapeText(name)).sort();
  return names.length === 0 ? 'no network' : names.join(', ');
}

/** A Compose file's own name of a network stands for the project's: `vpn` for `shop_vpn`. */
function isCalled(wanted: string, target: Container): (network: Network) => boolean {
  const project = target.labels['com.docker.compose.project'];
  return ({ name }) => name === wanted || (project !== undefined && name === `${project}_${wanted}`);
}

/**
 * The network on which a target reaches its warp: the one asked for, else the only one they share. Several are a
 * refusal: whichever was picked could be the wrong one, and would be another after the next connect.
 */
export function sharedNetwork(
  target: Party,
  warp: Party,
  wanted: string | undefined,
  networks: readonly Network[],
): NetworkChoice {
  const [ofTarget, ofWarp] = [networksOf(target.owner, networks), networksOf(warp.owner, networks)];
  const shared = ofTarget.filter(({ id }) => ofWarp.some(other => other.id === id));
  const where = `${target.name} is on ${listed(ofTarget)}; ${warp.name} is on ${listed(ofWarp)}`;
  if (shared.length === 0)
    return refused(
      `shares no network with its warp ${warp.name}`,
      where,
      `Connect one to the other's network: fairlead network connect NETWORK ${escapeText(warp.name)}`,
    );
  const fits = wanted === undefined ? shared : shared.filter(isCalled(wanted, target.owner));
  const exact = fits.filter(({ name }) => name === wanted);
  const candidates = exact.length > 0 ? exact : fits;
  if (candidates.length === 0)
    return refused(`does not share the network ${wanted ?? ''} with its warp ${warp.name}`, where);
  const usable = candidates.filter(network => transitObstacle(network) === undefined);
  const [only, ...others] = usable;
  if (only && others.length === 0) return { network: only };
  const [blocked] = candidates;
  if (!only) {
    const why = blocked ? transitObstacle(blocked) : undefined;
    const name = blocked?.name ?? '';
    return refused(
      `cannot reach its warp ${warp.name} on ${name}: that is ${why ?? 'no way'}`,
      'Give both a bridge network of their own.',
    );
  }
  const reason = `shares several networks with its warp ${warp.name}: ${listed(usable)}`;
  const hints = [
    'Say which one: --network by hand, network beside via in the config, or the label fairlead.warp.network.',
  ];
  return { refusal: { reason, hints, ambiguous: true } };
}
