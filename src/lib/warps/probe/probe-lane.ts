import type { Container } from '../../model/container.js';
import type { ProbeLane, ProbePackets } from '../../model/probe.js';
import { mainTable, type PolicyRule, type RoutingState } from '../../model/routing.js';
import { parseAddress } from '../../net/address.js';
import { containsAddress, parsePrefix } from '../../net/prefix.js';
import { tableOf } from '../policy/tables.js';
import { warpMetric } from '../policy/warp-metric.js';

/**
 * The rule that decides about these packets, of those in place. Rules of others inside the target come before or
 * after ours and are not known here: what really happens to the packets is counted.
 */
export function laneOf(
  { rules, routes }: RoutingState,
  packets: ProbePackets,
  nameOf: (table: number) => string,
): ProbeLane {
  const [first] = rules.filter(rule => appliesTo(rule, packets)).sort((a, b) => a.priority - b.priority);
  if (!first) return { lane: 'none' };
  const rule = ruleText(first);
  if (first.table === mainTable) return { lane: 'bypass', rule };
  const open = routes.some(
    ({ type, family, table }) => type === 'via' && family === packets.family && table === first.table,
  );
  return { lane: 'warp', rule, warp: nameOf(first.table), open };
}

function appliesTo(rule: PolicyRule, { destination, family, protocol, port }: ProbePackets): boolean {
  const { to, ports } = rule;
  // Marked packets are replies; what the main table has for connected subnets is refused as a destination.
  if (rule.unknown || rule.mark || rule.suppressPrefixLength !== undefined) return false;
  return (
    rule.family === family &&
    (to === undefined || isIn(to, destination)) &&
    (rule.protocol === undefined || rule.protocol === protocol) &&
    (!ports || (ports.first <= port && port <= ports.last))
  );
}

function isIn(prefix: string, destination: string): boolean {
  const [range, reading] = [parsePrefix(prefix), parseAddress(destination)];
  return range.ok && reading.ok && containsAddress(range.prefix, reading.address);
}

/** In the words of the config. */
function ruleText({ to, family, protocol, ports }: PolicyRule): string {
  const range = ports && (ports.first === ports.last ? [ports.first] : [ports.first, ports.last]).join('-');
  return [to ?? (family === 'ipv4' ? '0.0.0.0/0' : '::/0'), protocol, range]
    .filter(part => part !== undefined)
    .join(' ');
}

/** Whose table it is: by the number that a name gives, else by the warp's ID in the metric of the way there. */
export function warpOfTable(
  table: number,
  { routes }: RoutingState,
  names: readonly string[],
  containers: readonly Container[],
): string {
  const all = [...names, ...containers.map(({ name }) => name)];
  const named = all.find(name => tableOf(name, 'config') === table || tableOf(name, 'command') === table);
  if (named !== undefined) return named;
  const ways = routes.filter(route => route.type === 'via' && route.table === table);
  const owner = containers.find(({ id }) => ways.some(({ metric }) => metric === warpMetric(id)));
  return owner?.name ?? `table ${String(table)}`;
}
