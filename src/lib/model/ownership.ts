import type { EndpointSettings } from './container.js';
import type { Network } from './network.js';

/** The label of every network that Fairlead created. */
export const managedLabel = 'fairlead.managed';

/** The label of an app's networks, with the app's name as value. */
export const appLabel = 'fairlead.app';

/**
 * The driver option that marks an endpoint as Fairlead's own, with the job that made it as value. The engine
 * keeps it over restarts of the container and of itself and otherwise ignores it (engine fact E34).
 */
export const ownerOption = 'fairlead.owner';

export type OwnerJob = 'proxy' | 'attachment' | 'app';

export function isOwnNetwork(network: Network): boolean {
  return network.labels[managedLabel] === 'true';
}

export function isOwnEndpoint(settings: EndpointSettings | undefined, job: OwnerJob): boolean {
  return settings?.driverOptions?.[ownerOption] === job;
}
