import { type Container, endpointSettings } from '../model/container.js';
import { escapeText } from '../model/escape.js';
import { isHome } from '../model/membership.js';
import { isPredefinedName } from '../model/network.js';
import { isOwnEndpoint } from '../model/ownership.js';
import type { Finding, Plan } from '../model/plan.js';
import type { World } from '../model/world.js';
import type { ProxyDeclaration } from './declaration.js';
import { isDeclaredProxy } from './inspection.js';

/** A container that is on networks beside the one it was created on: which of them Fairlead joined an inspect tells. */
export function mayBeJoined(container: Container): boolean {
  return container.endpoints.some(
    ({ networkId = '', networkName }) =>
      !isPredefinedName(networkName) && !isHome(container, { id: networkId, name: networkName }),
  );
}

/**
 * Joins of Fairlead for containers that are no proxies of the config. They stay: `fairlead proxy join` makes such joins
 * without a config. But `docker network rm` fails for as long as they are there, so each is named.
 */
export function findUndeclared(declarations: readonly ProxyDeclaration[], { containers }: World): Plan {
  const isDeclared = isDeclaredProxy(declarations);
  const findings = containers
    .filter(container => !isDeclared(container))
    .flatMap(container =>
      container.endpoints
        .filter(({ networkName }) => isOwnEndpoint(endpointSettings(container, networkName), 'proxy'))
        .map(({ networkName }): Finding => ({
          find: 'undeclared',
          job: 'proxies',
          container: container.name,
          network: networkName,
          reason: 'joined by Fairlead, and no proxy of the config',
          hints: [`Have it leave: fairlead proxy leave ${escapeText(container.name)}`],
        })),
    );
  return { steps: [], findings };
}
