import { type Network, isEngineNetwork } from '../model/network.js';
import { appLabel, isOwnNetwork } from '../model/ownership.js';

/** The app a network of Fairlead's belongs to. */
export function appOf(network: Network): string | undefined {
  return isOwnNetwork(network) ? network.labels[appLabel] : undefined;
}

/** Who made a network, as its labels tell: `fairlead:APP`, `compose:PROJECT`; `-` where nobody says so. */
export function ownerOf(network: Network): string {
  if (isEngineNetwork(network)) return 'engine';
  if (isOwnNetwork(network)) {
    const app = appOf(network);
    return app === undefined ? 'fairlead' : `fairlead:${app}`;
  }
  const project = network.labels['com.docker.compose.project'];
  if (project !== undefined) return `compose:${project}`;
  return network.labels['com.docker.stack.namespace'] === undefined ? '-' : 'stack';
}
