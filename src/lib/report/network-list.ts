import type { Container } from '../model/container.js';
import { escapeLine } from '../model/escape.js';
import type { Network, NetworkSpec } from '../model/network.js';
import type { FieldDrift } from '../model/plan.js';
import { isUnused } from '../model/unused.js';
import type { World } from '../model/world.js';
import { alignColumns } from './columns.js';
import { appOf, ownerOf } from './network-owner.js';

/** A recreation that has begun: by a run that has ended, or by one that is at it. */
export interface ListedRecreation {
  readonly name: string;
  /** What it is to be; not known of one that another run is at. */
  readonly spec?: NetworkSpec;
  readonly state: 'interrupted' | 'under way';
}

/** What a config says of the networks, where it declares any. */
export interface ListedDeclarations {
  readonly networks: ReadonlyMap<string, { readonly state: string; readonly drift: readonly FieldDrift[] }>;
  readonly missing: readonly { readonly spec: NetworkSpec; readonly external: boolean }[];
}

/** A network and who is on it, stopped containers too: they need it to start. */
export interface ListedNetwork {
  readonly network: Network;
  readonly owner: string;
  /** Only where the config declares it. */
  readonly state?: string;
  readonly drift?: readonly FieldDrift[];
  /** Only where one has begun. */
  readonly recreation?: ListedRecreation['state'];
  readonly unused: boolean;
  readonly running: readonly string[];
  readonly stopped: readonly string[];
}

export interface NetworkListing {
  readonly listed: readonly ListedNetwork[];
  /** Declared, and not there; undefined where nothing is declared. */
  readonly missing?: ListedDeclarations['missing'];
  /** Networks that a recreation has taken away so far. */
  readonly away: readonly ListedRecreation[];
}

function isOn(container: Container, network: Network): boolean {
  return container.endpoints.some(endpoint =>
    endpoint.networkId === undefined
      ? endpoint.networkName === network.name
      : endpoint.networkId === network.id,
  );
}

export function listNetworks(
  world: World,
  declared?: ListedDeclarations,
  recreations: readonly ListedRecreation[] = [],
): NetworkListing {
  const listed = [...world.networks]
    .sort((a, b) => (a.name === b.name ? 0 : a.name < b.name ? -1 : 1))
    .map((network): ListedNetwork => {
      const members = world.containers.filter(container => isOn(container, network));
      const named = (alive: boolean): string[] =>
        members
          .filter(({ state }) => (state === 'running' || state === 'paused') === alive)
          .map(({ name }) => name)
          .sort();
      return {
        network,
        owner: ownerOf(network),
        ...declared?.networks.get(network.id),
        ...recreationOf(network, recreations),
        unused: isUnused(network, members),
        running: named(true),
        stopped: named(false),
      };
    });
  const names = new Set(world.networks.map(({ name }) => name));
  const away = recreations.filter(({ name }) => !names.has(name));
  const gone = new Set(away.map(({ name }) => name));
  return {
    listed,
    ...(declared && { missing: declared.missing.filter(({ spec }) => !gone.has(spec.name)) }),
    away,
  };
}

function recreationOf(
  { name }: Network,
  recreations: readonly ListedRecreation[],
): Pick<ListedNetwork, 'recreation'> {
  const found = recreations.find(each => each.name === name);
  return found ? { recreation: found.state } : {};
}

const shownMembers = 4;

function membersText({ running, stopped }: ListedNetwork): string {
  const names = [...running, ...stopped.map(name => `(${name})`)];
  const rest = names.length - shownMembers;
  const text = names.slice(0, shownMembers).join(', ');
  return rest > 0 ? `${text} and ${String(rest)} more` : text;
}

function subnetsText(subnets: readonly string[], internal = false): string {
  return [...(subnets.length > 0 ? [subnets.join(' ')] : ['-']), ...(internal ? ['internal'] : [])].join(' ');
}

/** `drift: internal, driver`, `unused`; `-` for a network that nobody declares and something is on. */
function stateText({ state, drift = [], recreation, unused }: ListedNetwork): string {
  const fields = drift.length > 0 ? `: ${drift.map(({ field }) => field).join(', ')}` : '';
  const words = [
    ...(state === undefined ? [] : [`${state.replace('-', ' ')}${fields}`]),
    ...(recreation === undefined ? [] : [`recreation ${recreation}`]),
    ...(unused ? ['unused'] : []),
  ];
  return words.length === 0 ? '-' : words.join(', ');
}

function row(entry: ListedNetwork, withState: boolean): string[] {
  const { name, driver, internal, ipam } = entry.network;
  const subnets = ipam.pools.flatMap(pool => pool.subnet ?? []);
  return [
    escapeLine(name),
    escapeLine(driver),
    escapeLine(subnetsText(subnets, internal)),
    escapeLine(entry.owner),
    ...(withState ? [escapeLine(stateText(entry))] : []),
    escapeLine(membersText(entry)),
  ];
}

function missingRow({ spec, external }: ListedDeclarations['missing'][number]): string[] {
  const subnets = (spec.ipam?.pools ?? []).flatMap(pool => pool.subnet ?? []);
  const state = external ? 'missing (external)' : 'missing';
  return [spec.name, spec.driver ?? 'bridge', subnetsText(subnets, spec.internal), '-', state, ''].map(text =>
    escapeLine(text),
  );
}

function awayRow({ name, spec, state }: ListedRecreation): string[] {
  const [, driver = '-', subnets = '-'] = spec ? missingRow({ spec, external: false }) : [];
  return [escapeLine(name), driver, subnets, '-', `recreation ${state}`, ''];
}

/** The networks as a table; what is declared or being done to them is a column only where there is any of that. */
export function networkListLines({ listed, missing, away }: NetworkListing): string[] {
  const isRecreated = away.length > 0 || listed.some(({ recreation }) => recreation !== undefined);
  const withState = missing !== undefined || isRecreated;
  const rows = [
    ...listed.map(entry => row(entry, withState)),
    ...(missing ?? []).map(entry => missingRow(entry)),
    ...away.map(awayRow),
  ].sort(([a = ''], [b = '']) => (a === b ? 0 : a < b ? -1 : 1));
  const state = withState ? ['STATE'] : [];
  return alignColumns([['NAME', 'DRIVER', 'SUBNETS', 'OWNER', ...state, 'MEMBERS (STOPPED)'], ...rows]);
}

export function networkListJson({ listed, missing = [], away }: NetworkListing): Record<string, unknown> {
  return {
    networks: listed.map(({ network, ...rest }) => {
      const app = appOf(network);
      return { ...network, ...rest, ...(app !== undefined && { app }) };
    }),
    missing: [
      ...missing.map(({ spec, external }) => ({ name: spec.name, state: 'missing', external, spec })),
      ...away.map(({ name, spec, state }) => ({
        name,
        state: 'missing',
        external: false,
        recreation: state,
        ...(spec && { spec }),
      })),
    ],
  };
}
