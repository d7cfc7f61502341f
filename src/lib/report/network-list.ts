import type { Container } from '../model/container.js';
import { escapeLine } from '../model/escape.js';
import { type Network, isEngineNetwork } from '../model/network.js';
import { isOwnNetwork } from '../model/ownership.js';
import type { World } from '../model/world.js';
import { alignColumns } from './columns.js';

/** A network and who is on it, stopped containers too: they need it to start. */
export interface ListedNetwork {
  readonly network: Network;
  readonly owner: string;
  readonly running: readonly string[];
  readonly stopped: readonly string[];
}

function ownerOf(network: Network): string {
  if (isEngineNetwork(network)) return 'engine';
  if (isOwnNetwork(network)) return 'fairlead';
  const project = network.labels['com.docker.compose.project'];
  if (project !== undefined) return `compose:${project}`;
  return network.labels['com.docker.stack.namespace'] === undefined ? '-' : 'stack';
}

function isOn(container: Container, network: Network): boolean {
  return container.endpoints.some(endpoint =>
    endpoint.networkId === undefined
      ? endpoint.networkName === network.name
      : endpoint.networkId === network.id,
  );
}

export function listNetworks(world: World): ListedNetwork[] {
  return [...world.networks]
    .sort((a, b) => (a.name === b.name ? 0 : a.name < b.name ? -1 : 1))
    .map(network => {
      const members = world.containers.filter(container => isOn(container, network));
      const named = (alive: boolean): string[] =>
        members
          .filter(({ state }) => (state === 'running' || state === 'paused') === alive)
          .map(({ name }) => name)
          .sort();
      return { network, owner: ownerOf(network), running: named(true), stopped: named(false) };
    });
}

const shownMembers = 4;

function membersText({ running, stopped }: ListedNetwork): string {
  const names = [...running, ...stopped.map(name => `(${name})`)];
  const rest = names.length - shownMembers;
  const text = names.slice(0, shownMembers).join(', ');
  return rest > 0 ? `${text} and ${String(rest)} more` : text;
}

function subnetsText({ ipam, internal }: Network): string {
  const subnets = ipam.pools.flatMap(pool => pool.subnet ?? []);
  return [...(subnets.length > 0 ? [subnets.join(' ')] : ['-']), ...(internal ? ['internal'] : [])].join(' ');
}

export function networkListLines(listed: readonly ListedNetwork[]): string[] {
  return alignColumns([
    ['NAME', 'DRIVER', 'SUBNETS', 'OWNER', 'MEMBERS (STOPPED)'],
    ...listed.map(entry => [
      escapeLine(entry.network.name),
      escapeLine(entry.network.driver),
      escapeLine(subnetsText(entry.network)),
      escapeLine(entry.owner),
      escapeLine(membersText(entry)),
    ]),
  ]);
}

export function networkListJson(listed: readonly ListedNetwork[]): Record<string, unknown> {
  return {
    networks: listed.map(({ network, owner, running, stopped }) => ({ ...network, owner, running, stopped })),
  };
}
