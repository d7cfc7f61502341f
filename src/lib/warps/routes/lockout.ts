import { type RoutingRule, formatRoutingRule } from '../../config/routing-rule.js';
import type { Network } from '../../model/network.js';
import { canonicalPrefix, containsPrefix, parsePrefix, type Prefix } from '../../net/prefix.js';
import type { Passage } from './route.js';
import type { Refusal } from './shared-network.js';

function subnetsOf({ ipam }: Network): Prefix[] {
  return ipam.pools.flatMap(({ subnet }) => {
    const reading = parsePrefix(canonicalPrefix(subnet ?? ''));
    return reading.ok ? [reading.prefix] : [];
  });
}

function isAddress({ text }: Prefix, address: string | undefined): boolean {
  return address !== undefined && (text === `${address}/32` || text === `${address}/128`);
}

/** What is next to it is blocked with it. */
const staysOpen = true;

/**
 * A rule that means what the target reaches without any gateway: its neighbours, the warp among them. The kernel
 * takes such a route (engine fact E30), and nobody can have meant it.
 */
export function lockout(
  rules: readonly RoutingRule[],
  networks: readonly Network[],
  passage: Passage | undefined,
): Refusal | undefined {
  for (const rule of rules) {
    if ([passage?.ipv4, passage?.ipv6].some(address => isAddress(rule.to, address)))
      return { reason: `the rule ${formatRoutingRule(rule)} is the address of the warp itself`, staysOpen };
    for (const network of networks) {
      const own = subnetsOf(network).find(subnet => containsPrefix(subnet, rule.to));
      if (!own) continue;
      const where = own.text === rule.to.text ? 'is the subnet' : `is inside ${own.text}, the subnet`;
      return {
        reason: `the rule ${formatRoutingRule(rule)} ${where} of its own network ${network.name}`,
        hints: ['Neighbours are reached without a gateway; route what is beyond.'],
        staysOpen,
      };
    }
  }
  return undefined;
}
