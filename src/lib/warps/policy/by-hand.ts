import { type Container, type Endpoint, isAlive } from '../../model/container.js';
import type { PolicyRule, RoutingState, ViaRoute } from '../../model/routing.js';
import { mainTable, viaRoutes } from '../../model/routing.js';
import { canonicalAddress } from '../../net/address.js';
import { parsePrefix, type Prefix } from '../../net/prefix.js';
import { basesOf, isBypassByHand } from './layout.js';
import type { Selection } from './rule-order.js';
import { isByHand, tableOf } from './tables.js';
import { warpMetric } from './warp-metric.js';

/** What one warp is used for in a namespace, by somebody's hand. */
export interface ByHandTable {
  readonly table: number;
  /** The warp, as far as the kernel tells: by the route's metric, else by the number of the table. */
  readonly warp?: Container;
  /** The network it is reached on, while it is. */
  readonly network?: string;
  readonly selections: readonly Selection[];
  /** Ways that still lead to the warp. */
  readonly vias: readonly ViaRoute[];
  /** Ways to an address that is the warp's no more. */
  readonly stale: readonly ViaRoute[];
}

/** What was routed on the command line, read from the kernel: nothing else remembers it. */
export interface ByHandRouting {
  readonly tables: readonly ByHandTable[];
  readonly bypass: readonly Prefix[];
}

/**
 * Reads what was routed by hand in a namespace. A warp that has ended leaves its address to whoever comes next
 * (engine fact E27), so its way counts only while the container in the metric runs and has that address.
 */
export function byHandRouting(routing: RoutingState, containers: readonly Container[]): ByHandRouting {
  const rules = routing.rules.filter(rule => !rule.unknown);
  const numbers = [...new Set(rules.map(({ table }) => table).filter(isByHand))].sort((a, b) => a - b);
  const tables = numbers.map(table => readTable(table, rules, routing, containers));
  if (tables.length === 0) return { tables, bypass: [] };
  const bases = basesOf(routing);
  const bypass = rules.filter(rule => isBypass(rule) && bases.some(base => isBypassByHand(rule, base)));
  return { tables, bypass: bypass.map(destinationOf) };
}

function readTable(
  table: number,
  rules: readonly PolicyRule[],
  routing: RoutingState,
  containers: readonly Container[],
): ByHandTable {
  const all = viaRoutes(routing).filter(route => route.table === table);
  const vias = all.filter(via => holderOf(via, containers));
  const [network] = vias.flatMap(via => holderOf(via, containers)?.networkName ?? []);
  const warp =
    containers.find(({ id }) => all.some(({ metric }) => metric === warpMetric(id))) ??
    onlyOne(containers.filter(({ name }) => tableOf(name, 'command') === table));
  return {
    table,
    ...(warp && { warp }),
    ...(network !== undefined && { network }),
    selections: rules.filter(rule => rule.table === table).map(selectionOf),
    vias,
    stale: all.filter(via => !vias.includes(via)),
  };
}

/** The warp's membership that has the address, while it runs. */
export function holderOf(
  { metric, gateway }: ViaRoute,
  containers: readonly Container[],
): Endpoint | undefined {
  return containers
    .filter(container => isAlive(container) && warpMetric(container.id) === metric)
    .flatMap(({ endpoints }) => endpoints)
    .find(({ ipv4, ipv6 }) =>
      [ipv4, ipv6].some(own => own !== undefined && canonicalAddress(own) === gateway),
    );
}

function onlyOne<T>(items: readonly T[]): T | undefined {
  return items.length === 1 ? items[0] : undefined;
}

function isBypass({ table, mark, suppressPrefixLength }: PolicyRule): boolean {
  return table === mainTable && mark === undefined && suppressPrefixLength === undefined;
}

function selectionOf(rule: PolicyRule): Selection {
  const { protocol, ports, table } = rule;
  return { to: destinationOf(rule), ...(protocol && { protocol }), ...(ports && { ports }), table };
}

function destinationOf({ family, to = family === 'ipv4' ? '0.0.0.0/0' : '::/0' }: PolicyRule): Prefix {
  const reading = parsePrefix(to);
  if (!reading.ok) throw new Error(`the kernel has a rule to ${to}, which ${reading.why}`);
  return reading.prefix;
}
