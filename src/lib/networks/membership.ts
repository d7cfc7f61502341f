import {
  type Container,
  type Endpoint,
  type EndpointSettings,
  endpointOn,
  endpointSettings,
} from '../model/container.js';
import { type EngineInfo, hasGatewayPriority, hasOneGateway } from '../model/engine-info.js';
import { gatewayMoves, lowestPriority } from '../model/gateway-moves.js';
import { staticAddresses } from '../model/membership.js';
import type { Network } from '../model/network.js';
import type { FieldDrift, Finding, Plan } from '../model/plan.js';
import type { Connect, Disconnect } from '../model/step.js';
import type { World } from '../model/world.js';
import { canonicalAddress } from '../net/address.js';

const job = 'networks';

function refs(network: Network, container: Container): Pick<Connect, 'network' | 'container' | 'job'> {
  return {
    job,
    network: { id: network.id, name: network.name },
    container: { id: container.id, name: container.name },
  };
}

function only(
  network: Network,
  container: Container,
  part: Pick<Finding, 'find' | 'reason' | 'hints' | 'drift'>,
): Plan {
  return { steps: [], findings: [{ job, network: network.name, container: container.name, ...part }] };
}

/** Why the engine would not connect this container, or would do it to harm (engine-networks 2.7). */
function obstacle(network: Network, container: Container): string | undefined {
  const mode = container.networkMode;
  if (mode.kind === 'host') return 'the container is in host mode and has no network of its own';
  if (mode.kind === 'container') return 'the container shares the network of another one: connect that one';
  if (mode.kind === 'none') return 'the container was created with network mode none';
  if (container.state === 'restarting') {
    return 'the container is in a restart loop, and the engine cannot connect it between two runs';
  }
  if (network.configOnly) return 'the network is a definition for other networks only (config-only)';
  if (network.name === 'host' || network.name === 'none') return 'no container can be connected to it';
  if (network.ingress) return 'the network belongs to swarm itself';
  if (network.scope === 'swarm' && !network.attachable) return 'the swarm network is not attachable';
  return undefined;
}

function settingsDrift(
  wanted: EndpointSettings,
  actual: EndpointSettings,
  addresses: Pick<EndpointSettings, 'ipv4' | 'ipv6'> = wanted,
): FieldDrift[] {
  const field = (name: string, declared?: string, is?: string): FieldDrift[] =>
    declared === undefined || declared === is ? [] : [{ field: name, declared, actual: is ?? '(none)' }];
  const missing = (wanted.aliases ?? []).filter(alias => !(actual.aliases ?? []).includes(alias));
  const address = (text: string | undefined): string | undefined => text && canonicalAddress(text);
  return [
    ...missing.map(alias => ({ field: 'alias', declared: alias, actual: '(none)' })),
    ...field('ip', address(wanted.ipv4), address(addresses.ipv4)),
    ...field('ip6', address(wanted.ipv6), address(addresses.ipv6)),
    ...field('gw-priority', wanted.gatewayPriority?.toString(), (actual.gatewayPriority ?? 0).toString()),
  ];
}

function planConnected(
  wanted: EndpointSettings,
  network: Network,
  container: Container,
  endpoint: Endpoint,
  engine: EngineInfo,
): Plan {
  const asked = Object.keys(wanted).length > 0;
  if (!asked) return only(network, container, { find: 'unchanged', reason: 'already connected' });
  const actual = endpointSettings(container, network.name);
  if (!actual) {
    const reason = 'already connected; with which settings could not be read';
    return only(network, container, { find: 'refused', reason });
  }
  const drift = settingsDrift(wanted, actual, staticAddresses(engine, endpoint, actual));
  if (drift.length === 0) {
    return only(network, container, { find: 'unchanged', reason: 'already connected, with these settings' });
  }
  return only(network, container, {
    find: 'drift',
    reason: 'connected with other settings, which an engine can only change by a disconnect',
    drift,
    hints: [
      `To change them, disconnect it first: fairlead network disconnect ${network.name} ${container.name}`,
    ],
  });
}

/** An entry of this name whose network is another one: the network was removed and made again (engine fact E9). */
function planStale(connect: Connect, container: Container): Plan {
  const { network, container: ref } = connect;
  if (container.state === 'running' || container.state === 'paused') {
    const reason = 'it is on another network of the same name, and a container can be on one only';
    return {
      steps: [],
      findings: [{ find: 'refused', job, network: network.name, container: ref.name, reason }],
    };
  }
  const reason = 'its entry refers to a network of this name that is gone';
  const heal: Disconnect = {
    do: 'disconnect',
    job,
    network: { name: network.name },
    container: ref,
    stale: true,
    reason,
  };
  return { steps: [heal, connect], findings: [] };
}

/** What it takes for a container to be on a network, with the settings that are asked for. */
export function planConnect(
  world: World,
  network: Network,
  container: Container,
  wanted: EndpointSettings,
): Plan {
  const { engine } = world;
  const refused = obstacle(network, container);
  if (refused !== undefined) return only(network, container, { find: 'refused', reason: refused });
  if (wanted.gatewayPriority !== undefined && !hasGatewayPriority(engine)) {
    const reason = hasOneGateway(engine)
      ? `gateway priorities take Engine 28.0 or later; ${engine.version} would ignore it`
      : 'Podman has no gateway priorities: every network brings a default route';
    return only(network, container, { find: 'refused', reason });
  }
  const endpoint = endpointOn(container, network.name);
  const connect: Connect = {
    do: 'connect',
    ...refs(network, container),
    // Unless somebody says otherwise it does not take the default route and published ports over.
    endpoint: hasGatewayPriority(engine) ? { gatewayPriority: lowestPriority, ...wanted } : wanted,
    reason: 'as asked',
  };
  if (!endpoint) {
    const moves =
      wanted.gatewayPriority === undefined
        ? gatewayMoves({ job, container, joins: [network], leaves: [] }, world)
        : [];
    return { steps: [connect], findings: moves };
  }
  const isThis = endpoint.networkId === undefined || endpoint.networkId === network.id;
  return isThis ? planConnected(wanted, network, container, endpoint, engine) : planStale(connect, container);
}

/** What it takes for a container not to be on a network. */
export function planDisconnect(world: World, network: Network, container: Container): Plan {
  const mode = container.networkMode;
  if (mode.kind === 'host') {
    const reason = 'the container is in host mode: it can be disconnected from nothing';
    return only(network, container, { find: 'refused', reason });
  }
  const endpoint = endpointOn(container, network.name);
  const isOn = endpoint && (endpoint.networkId === undefined || endpoint.networkId === network.id);
  if (!isOn) return only(network, container, { find: 'unchanged', reason: 'not connected' });
  const step: Disconnect = { do: 'disconnect', ...refs(network, container), reason: 'as asked' };
  return { steps: [step], findings: gatewayMoves({ job, container, joins: [], leaves: [network] }, world) };
}
