import { type Container, type Endpoint, isAlive } from '../model/container.js';
import { isHome } from '../model/membership.js';
import { type Network, isPredefinedName } from '../model/network.js';
import { asksForSettings } from './drift.js';
import { isGoing, matchRule } from './match.js';
import type { AttachmentRule, RuleMembership } from './rules.js';

/** Whether a stopped container may refer to a network that is gone: whether to mend that depends on whose it is. */
function mayBeStale(
  container: Container,
  { networkId }: Endpoint,
  networks: readonly Network[] | undefined,
): boolean {
  if (isAlive(container) || networkId === undefined) return false;
  return !networks?.some(network => network.id === networkId);
}

/**
 * Which containers must be inspected to plan for these rules: where an environment decides, where an endpoint is to
 * have certain settings, and where it may be Fairlead's own and no rule asks for it.
 */
export function inspectionForAttachments(
  rules: readonly AttachmentRule[],
): (container: Container, networks?: readonly Network[]) => boolean {
  const addressed = new Set(
    rules.flatMap(({ memberships }) =>
      memberships.filter(({ ipv4, ipv6 }) => (ipv4 ?? ipv6) !== undefined).map(({ network }) => network),
    ),
  );
  return (container, networks) => {
    if (isGoing(container)) return false;
    const { kind } = container.networkMode;
    if (kind === 'host' || kind === 'container') return false;
    const matches = rules.map(rule => ({ rule, match: matchRule(rule, container) }));
    if (kind === 'network' && matches.some(({ match }) => match === 'unreadable')) return true;
    const wanted = matches
      .filter(({ match }) => typeof match === 'object')
      .flatMap(({ rule }) => rule.memberships);
    return container.endpoints.some(endpoint => {
      const { networkName, networkId = '' } = endpoint;
      if (isPredefinedName(networkName)) return false;
      // The list does not tell which address a stopped container will ask for.
      if (addressed.has(networkName) && !isAlive(container)) return true;
      const here: RuleMembership[] = wanted.filter(({ network }) => network === networkName);
      if (here.some(asksForSettings)) return true;
      if (isHome(container, { id: networkId, name: networkName })) return false;
      return here.length === 0 || mayBeStale(container, endpoint, networks);
    });
  };
}
