import type { EndpointSettings } from './container.js';
import type { Network } from './network.js';

/** The label of every network that Fairlead created. */
export const managedLabel = 'fairlead.managed';

/** The label of a network that somebody else made and Fairlead was told to recreate: it stays theirs. */
export const recreatedLabel = 'fairlead.recreated';

/** The label of an app's networks, with the app's name as value. */
export const appLabel = 'fairlead.app';

/**
 * The driver option that marks an endpoint as Fairlead's own, with the job that made it as value. The engine
 * keeps it over restarts of the container and of itself and otherwise ignores it (engine fact E34).
 */
export const ownerOption = 'fairlead.owner';

export type OwnerJob = 'proxy' | 'attachment' | 'app';

/** A network made from a config-only one has that one's labels: they say nothing of who made it. */
export function isOwnNetwork(network: Network): boolean {
  return network.labels[managedLabel] === 'true' && network.configFrom === undefined;
}

export function isOwnEndpoint(settings: EndpointSettings | undefined, job: OwnerJob): boolean {
  return settings?.driverOptions?.[ownerOption] === job;
}
