import type { OwnerJob } from '../../model/ownership.js';
import type { GraphContainer, GraphNetwork, MemberEdge } from './graph.js';
import { portText } from './ports.js';

/** What there is to say of a network beside its name. */
export function networkFacts({ driver, subnets, internal, configOnly, owner }: GraphNetwork): string[] {
  return [
    ...(driver === 'bridge' || configOnly ? [] : [driver]),
    ...subnets,
    ...(internal ? ['internal'] : []),
    ...(configOnly ? ['config-only'] : []),
    ...(owner === '-' ? [] : [owner]),
  ];
}

/** What there is to say of a container, wherever it is. */
export function containerFacts({ state, proxy }: GraphContainer): string[] {
  return [...(state === 'running' ? [] : [state]), ...(proxy ? ['proxy'] : [])];
}

const placed: Readonly<Record<OwnerJob, string>> = {
  proxy: 'joined by Fairlead',
  attachment: 'attached by Fairlead',
  app: 'attached by Fairlead for its app',
};

/** What there is to say of a membership. On its only network, a container's home is no news. */
export function memberFacts({ memberships }: GraphContainer, edge: MemberEdge): string[] {
  const several = memberships > 1;
  return [
    ...(several && edge.home ? ['home'] : []),
    ...(several && edge.gateway ? ['gateway'] : []),
    ...(edge.placedBy ? [placed[edge.placedBy]] : []),
    ...(edge.aliases ?? []).map(alias => `alias ${alias}`),
  ];
}

export function portFacts({ ports }: GraphContainer, arrow = '→'): string[] {
  return ports.map(port => portText(port, arrow));
}

/** Entries with which it cannot start. */
export function staleFacts({ stale }: GraphContainer): string[] {
  return stale.map(name => `refers to ${name}, which is gone`);
}

/** What containers are called together that have no network of their own. */
export const apartTitles: Readonly<Record<Exclude<GraphContainer['mode'], 'network'>, string>> = {
  host: "In the host's network",
  none: 'On no network',
  container: "In another container's network",
};

export const apartModes = ['host', 'none', 'container'] as const;
