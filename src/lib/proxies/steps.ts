import type { Container, EndpointSettings } from '../model/container.js';
import { hasGatewayPriority } from '../model/engine-info.js';
import { lowestPriority } from '../model/gateway-moves.js';
import type { Network } from '../model/network.js';
import { ownerOption } from '../model/ownership.js';
import type { Finding } from '../model/plan.js';
import { type Connect, type ContainerRef, type Disconnect, networkRef } from '../model/step.js';
import { matchesName } from '../model/selector.js';
import type { World } from '../model/world.js';
import type { ProxySettings } from './declaration.js';
import { type Wanted, summarize } from './demand.js';

const ref = ({ id, name }: Container): ContainerRef => ({ id, name });

/** The names that a proxy answers to on a network it joins. */
export function aliasesOn({ network, hosts }: Wanted, { aliases }: ProxySettings): string[] {
  const declared = Object.entries(aliases)
    .filter(([pattern]) => matchesName(pattern, network.name))
    .flatMap(([, names]) => names);
  return [...new Set([...declared, ...hosts])];
}

export function joinStep(
  proxy: Container,
  wanted: Wanted,
  settings: ProxySettings,
  { engine }: World,
): Connect {
  const aliases = aliasesOn(wanted, settings);
  const endpoint: EndpointSettings = {
    ...(aliases.length > 0 && { aliases }),
    driverOptions: { [ownerOption]: 'proxy' },
    ...(hasGatewayPriority(engine) && { gatewayPriority: lowestPriority }),
  };
  return connectStep(proxy, wanted.network, endpoint, `routes ${summarize(wanted.because)}`);
}

export function connectStep(
  proxy: Container,
  network: Network,
  endpoint: EndpointSettings,
  reason: string,
): Connect {
  return {
    do: 'connect',
    job: 'proxies',
    network: networkRef(network),
    container: ref(proxy),
    endpoint,
    reason,
  };
}

export function leaveStep(
  proxy: Container,
  network: Network,
  reason: string,
  needsJoins = false,
): Disconnect {
  return {
    do: 'disconnect',
    job: 'proxies',
    network: networkRef(network),
    container: ref(proxy),
    ...(needsJoins && { needsJoins }),
    reason,
  };
}

/** Removes an entry that names a network which is gone: only its name reaches it. */
export function removeEntryStep(proxy: Container, name: string, reason: string): Disconnect {
  return { do: 'disconnect', job: 'proxies', network: { name }, container: ref(proxy), stale: true, reason };
}

/** What there is to say of a proxy and a network. */
export function finding(
  find: Finding['find'],
  proxy: Container,
  network: string,
  reason: string,
  hints?: readonly string[],
): Finding {
  return { find, job: 'proxies', container: proxy.name, network, reason, ...(hints && { hints }) };
}
