import { isEngineFailure } from '../../docker/failures/engine-error.js';
import type { Engine, IdentifiedNetwork } from '../../docker/engine.js';
import { type EndpointSettings, endpointOn, isAlive } from '../../model/container.js';
import type { Member } from '../../model/step.js';
import { canonicalAddress } from '../../net/address.js';

const address = (text: string | undefined): string | undefined => text && canonicalAddress(text);

function lost(wanted: EndpointSettings, actual: EndpointSettings | undefined): string[] {
  if (!actual) return ['the network itself'];
  const missing = (wanted.aliases ?? []).filter(alias => !(actual.aliases ?? []).includes(alias));
  const unlinked = (wanted.links ?? []).filter(link => !(actual.links ?? []).includes(link));
  const options = Object.entries(wanted.driverOptions ?? {});
  return [
    ...missing.map(alias => `alias ${alias}`),
    ...unlinked.map(link => `link ${link}`),
    ...(address(wanted.ipv4) === address(actual.ipv4) ? [] : [`address ${wanted.ipv4 ?? '(none)'}`]),
    ...(address(wanted.ipv6) === address(actual.ipv6) ? [] : [`address ${wanted.ipv6 ?? '(none)'}`]),
    ...options
      .filter(([key, value]) => actual.driverOptions?.[key] !== value)
      .map(([key]) => `driver option ${key}`),
    ...((wanted.gatewayPriority ?? 0) === (actual.gatewayPriority ?? 0) ? [] : ['gateway priority']),
  ];
}

/** What the members did not get back, by a second look at each; nothing where all is as it was. */
export async function verifyMembers(
  engine: Engine,
  network: IdentifiedNetwork,
  members: readonly Member[],
): Promise<string[]> {
  const containers = await engine.listContainers();
  const losses: string[] = [];
  for (const { container, settings } of members) {
    const present = containers.find(({ id }) => id === container.id);
    if (!present || present.state === 'removing' || present.state === 'dead') continue;
    // A connect that failed halfway leaves an entry: a running container has the network's ID in it.
    const entry = endpointOn(present, network.name);
    if (isAlive(present) && entry?.networkId !== network.id) {
      losses.push(`${container.name}: the network itself`);
      continue;
    }
    try {
      const details = await engine.inspectContainer(container);
      for (const what of lost(settings, details.endpoints[network.name])) {
        losses.push(`${container.name}: ${what}`);
      }
    } catch (error) {
      if (!isEngineFailure(error, 'not-found')) throw error;
    }
  }
  return losses;
}
