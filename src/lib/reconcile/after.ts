import type { Container, Endpoint, EndpointSettings } from '../model/container.js';
import type { Network, NetworkSpec } from '../model/network.js';
import { type Connect, type Disconnect, type NetworkRef, type Step, plannedId } from '../model/step.js';
import type { World } from '../model/world.js';

/** The network that a creation will give, as far as it can be known before. */
function predicted(spec: NetworkSpec): Network {
  return {
    id: plannedId(spec.name),
    name: spec.name,
    driver: spec.configOnly ? 'null' : (spec.driver ?? 'bridge'),
    scope: spec.driver === 'overlay' ? 'swarm' : 'local',
    created: '',
    internal: spec.internal ?? false,
    attachable: spec.attachable ?? false,
    ingress: false,
    configOnly: spec.configOnly ?? false,
    ...(spec.configFrom !== undefined && { configFrom: spec.configFrom }),
    enableIpv4: spec.enableIpv4 ?? true,
    enableIpv6: spec.enableIpv6 ?? false,
    ipam: {
      driver: spec.ipam?.driver ?? 'default',
      options: spec.ipam?.options ?? {},
      pools: spec.ipam?.pools ?? [],
    },
    options: spec.options ?? {},
    labels: spec.labels ?? {},
  };
}

function withSettings(container: Container, name: string, settings: EndpointSettings | undefined): Container {
  if (container.reading.read !== 'details') return container;
  const others = Object.entries(container.reading.details.endpoints).filter(([key]) => key !== name);
  const endpoints = Object.fromEntries(settings ? [...others, [name, settings]] : others);
  return { ...container, reading: { read: 'details', details: { ...container.reading.details, endpoints } } };
}

function connected(container: Container, ref: NetworkRef, settings: EndpointSettings): Container {
  const endpoint: Endpoint = {
    networkName: ref.name,
    networkId: ref.id ?? plannedId(ref.name),
    ...(settings.ipv4 !== undefined && { ipv4: settings.ipv4 }),
    ...(settings.ipv6 !== undefined && { ipv6: settings.ipv6 }),
    ...(settings.gatewayPriority !== undefined && { gatewayPriority: settings.gatewayPriority }),
  };
  return withSettings({ ...container, endpoints: [...container.endpoints, endpoint] }, ref.name, settings);
}

function disconnected(container: Container, ref: NetworkRef): Container {
  const endpoints = container.endpoints.filter(({ networkName }) => networkName !== ref.name);
  return withSettings({ ...container, endpoints }, ref.name, undefined);
}

function withMembership(world: World, step: Connect | Disconnect): World {
  return {
    ...world,
    containers: world.containers.map(container => {
      if (container.id !== step.container.id) return container;
      return step.do === 'connect'
        ? connected(container, step.network, step.endpoint)
        : disconnected(container, step.network);
    }),
  };
}

function afterStep(world: World, step: Step): World {
  switch (step.do) {
    case 'create-network':
      return { ...world, networks: [...world.networks, predicted(step.spec)] };
    case 'recreate-network':
      // Its members keep their entries: whoever refers to it by ID means what it becomes.
      return {
        ...world,
        networks: [
          ...world.networks.filter(({ name }) => name !== step.network.name),
          { ...predicted(step.spec), id: step.network.id },
        ],
      };
    case 'remove-network':
      return { ...world, networks: world.networks.filter(({ id }) => id !== step.network.id) };
    case 'connect':
    case 'disconnect':
      return withMembership(world, step);
    case 'set-routing':
    case 'clear-routing':
    case 'set-nat':
    case 'set-guard':
      // Planned last, and nothing else is planned from what they leave.
      return world;
  }
}

/**
 * The World as the steps will leave it. Planning the next job from it lets one pass settle what depends on each
 * other: a proxy joins the network that an attachment fills.
 */
export function after(world: World, steps: readonly Step[]): World {
  return steps.reduce(afterStep, world);
}
