import { type Container, type EndpointSettings, endpointSettings } from '../model/container.js';
import { isHome } from '../model/membership.js';
import type { Network } from '../model/network.js';
import { isOwnEndpoint } from '../model/ownership.js';

/** True for an endpoint that this job made: by a rule or for an app. */
export function isAttachment(settings: EndpointSettings | undefined): boolean {
  return isOwnEndpoint(settings, 'attachment') || isOwnEndpoint(settings, 'app');
}

/** Why nothing is known of a container beyond the list; undefined where it was inspected. */
export function unreadBecause({ reading }: Container): string | undefined {
  if (reading.read === 'details') return undefined;
  return reading.read === 'unreadable' ? reading.why : 'it was not inspected';
}

/** Ours to undo and make again. The home network never is, whatever its mark: it carries the published ports. */
export function isOurs(container: Container, network: Network): boolean {
  return isAttachment(endpointSettings(container, network.name)) && !isHome(container, network);
}
