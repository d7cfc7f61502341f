import type { PolicyRoute, PolicyRule, RoutingChange, RoutingState } from '../../src/lib/model/routing.js';
import { parseAddress } from '../../src/lib/net/address.js';
import { containsAddress, parsePrefix } from '../../src/lib/net/prefix.js';

/** A device of a namespace and the subnets that are connected to it, with the namespace's own addresses. */
export interface ConnectedDevice {
  readonly name: string;
  readonly subnets: readonly string[];
}

/** How the kernel answers a change it does not make. */
export class Refused extends Error {
  readonly answer: 'exists' | 'missing' | 'gateway';

  constructor(answer: 'exists' | 'missing' | 'gateway') {
    super({ exists: 'File exists', missing: 'No such file', gateway: 'Nexthop has invalid gateway' }[answer]);
    this.answer = answer;
  }
}

/**
 * One change of our part of a namespace, as Linux makes it (tried out on 6.18): rules of one priority stand in the
 * order they came in; what a deletion does not speak of may be anything; and of an added rule that is to everything
 * the destination is not compared, so that one beside it with the same rest is taken for it.
 */
export function applyChange(
  state: RoutingState,
  change: RoutingChange,
  devices?: readonly ConnectedDevice[],
): RoutingState {
  const { rules, routes } = state;
  switch (change.change) {
    case 'add-rule':
      return { ...state, rules: addRule(rules, change.rule) };
    case 'delete-rule':
      return { ...state, rules: withoutFirst(rules, rule => matchesDeletion(rule, change.rule)) };
    case 'set-route':
      if (devices && !isOnLink(change.route, devices)) throw new Refused('gateway');
      return {
        ...state,
        routes: [...routes.filter(route => !isSamePlace(route, change.route)), change.route],
      };
    case 'delete-route':
      return { ...state, routes: withoutFirst(routes, route => isSameRoute(route, change.route)) };
    case 'set-replies':
      return { ...state, replies: change.replies };
    case 'clear-replies': {
      const { replies, ...rest } = state;
      if (!replies) throw new Refused('missing');
      return rest;
    }
  }
}

export function applyChanges(state: RoutingState, changes: readonly RoutingChange[]): RoutingState {
  return changes.reduce((before, change) => applyChange(before, change), state);
}

function addRule(rules: readonly PolicyRule[], rule: PolicyRule): PolicyRule[] {
  const twin = rules.find(
    other =>
      other.family === rule.family &&
      other.priority === rule.priority &&
      !other.unknown &&
      (rule.to === undefined || other.to === rule.to) &&
      selectorOf(other) === selectorOf(rule),
  );
  if (twin) throw new Refused('exists');
  const behind = rules.findLastIndex(other => other.priority <= rule.priority) + 1;
  return [...rules.slice(0, behind), rule, ...rules.slice(behind)];
}

function selectorOf({ protocol, ports, mark, table, suppressPrefixLength }: PolicyRule): string {
  return JSON.stringify([protocol ?? 0, ports ?? 0, mark ?? 0, table, suppressPrefixLength ?? -1]);
}

function matchesDeletion(rule: PolicyRule, deletion: PolicyRule): boolean {
  if (rule.family !== deletion.family || rule.priority !== deletion.priority) return false;
  if (deletion.unknown) return true;
  const keys = ['to', 'protocol', 'ports', 'mark', 'table', 'suppressPrefixLength'] as const;
  return keys.every(
    key => deletion[key] === undefined || JSON.stringify(rule[key]) === JSON.stringify(deletion[key]),
  );
}

function withoutFirst<T>(items: readonly T[], isIt: (item: T) => boolean): T[] {
  const at = items.findIndex(isIt);
  if (at < 0) throw new Refused('missing');
  return items.filter((_, index) => index !== at);
}

/** A route is told from others of its table by family and metric; `replace` replaces that one. */
function isSamePlace(a: PolicyRoute, b: PolicyRoute): boolean {
  return a.family === b.family && a.table === b.table && a.metric === b.metric;
}

function isSameRoute(a: PolicyRoute, b: PolicyRoute): boolean {
  if (!isSamePlace(a, b) || a.type !== b.type) return false;
  return (
    a.type === 'unreachable' || b.type === 'unreachable' || (a.gateway === b.gateway && a.device === b.device)
  );
}

function isOnLink(route: PolicyRoute, devices: readonly ConnectedDevice[]): boolean {
  if (route.type === 'unreachable') return true;
  const device = devices.find(({ name }) => name === route.device);
  return device?.subnets.some(subnet => isIn(route.gateway, subnet)) ?? false;
}

/** Whether an address is one of a prefix's. */
export function isIn(address: string, prefix: string): boolean {
  const key = `${address} ${prefix}`;
  const answer = known.get(key) ?? contains(address, prefix);
  known.set(key, answer);
  return answer;
}

/** Laws ask the same few questions a million times. */
const known = new Map<string, boolean>();

function contains(address: string, prefix: string): boolean {
  const [read, reading] = [parseAddress(address), parsePrefix(prefix)];
  if (!read.ok || !reading.ok) throw new Error(`${address} in ${prefix}`);
  return containsAddress(reading.prefix, read.address);
}

export function prefixLength(prefix: string): number {
  return Number(prefix.slice(prefix.indexOf('/') + 1));
}
