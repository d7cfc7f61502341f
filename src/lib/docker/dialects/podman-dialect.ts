import {
  type Json,
  identifier,
  list,
  optionalRecord,
  optionalText,
  record,
  text,
  textMap,
} from '../answers/answer.js';
import type { Dialect } from './dialect.js';
import { endpointAsPodman, endpointsAsDocker, homeAmong } from './podman-endpoints.js';

/** Inspects under way at once. */
const inspectsAtOnce = 16;

/** The mode of every container that is on networks, whichever they are. */
const userDefined = 'bridge';

const bridgeOption = 'com.docker.network.bridge.name';
const mtuOption = 'com.docker.network.driver.mtu';

/** A network with Docker's words for what Podman calls otherwise, and without what no one asked for. */
function network(value: unknown, bridges: ReadonlyMap<string, string>, where: string): Json {
  const json = record(value, where);
  const { mtu, ...options } = textMap(json['Options'], `${where}.Options`);
  const bridge = bridges.get(text(json['Id'], `${where}.Id`));
  return {
    ...json,
    // `{"driver":"host-local"}` on every network.
    IPAM: { ...optionalRecord(json['IPAM'], `${where}.IPAM`), Options: {} },
    Options: {
      ...options,
      ...(mtu !== undefined && { [mtuOption]: mtu }),
      ...(bridge !== undefined && { [bridgeOption]: bridge }),
    },
  };
}

/** In Podman's own words, any version of them from 4 on. */
const ownNetworkList = '/v4.0.0/libpod/networks/json';

/** The bridges by network, which the Docker-compatible list leaves out; what may not be read is not known. */
async function bridgesOf(read: (path: string) => Promise<unknown>): Promise<ReadonlyMap<string, string>> {
  let answer: unknown;
  try {
    answer = await read(ownNetworkList);
  } catch {
    return new Map();
  }
  const bridges = list(answer, 'networks').flatMap((value, i): [string, string][] => {
    const json = record(value, `networks[${String(i)}]`);
    const bridge = optionalText(json['network_interface'], `networks[${String(i)}].network_interface`);
    return json['driver'] === 'bridge' && bridge !== undefined
      ? [[text(json['id'], `networks[${String(i)}].id`), bridge]]
      : [];
  });
  return new Map(bridges);
}

/**
 * The list has no `HostConfig`; the mode never changes, so each container is inspected once for it. A container that
 * shares another one's namespace is listed with that one's networks as if they were its own.
 */
function withEndpoints(json: Json, mode: string, where: string): Json {
  const settings = optionalRecord(json['NetworkSettings'], `${where}.NetworkSettings`);
  const networks = mode.startsWith('container:')
    ? {}
    : endpointsAsDocker(settings['Networks'], `${where}.NetworkSettings.Networks`);
  const said = mode === userDefined ? homeAmong(networks) : mode;
  return {
    ...json,
    HostConfig: { ...optionalRecord(json['HostConfig'], `${where}.HostConfig`), NetworkMode: said },
    NetworkSettings: { ...settings, Networks: networks },
  };
}

function modeOf(inspected: unknown): string {
  const json = record(inspected, 'container');
  const hostConfig = optionalRecord(json['HostConfig'], 'container.HostConfig');
  return optionalText(hostConfig['NetworkMode'], 'container.HostConfig.NetworkMode') ?? userDefined;
}

/**
 * Podman's Docker-compatible API, as it is in 5.4: what it leaves out or calls otherwise is turned into what Docker
 * would have said.
 */
export function podmanDialect(): Dialect {
  let modes = new Map<string, string>();
  return {
    async networks(answer, read) {
      const bridges = await bridgesOf(read);
      return list(answer, 'networks').map((each, i) => network(each, bridges, `networks[${String(i)}]`));
    },
    async containers(answer, inspect) {
      const containers = list(answer, 'containers').map((each, i) =>
        record(each, `containers[${String(i)}]`),
      );
      const { default: pLimit } = await import('p-limit');
      const limit = pLimit(inspectsAtOnce);
      const known = modes;
      modes = new Map();
      const read = async (container: Json, i: number): Promise<readonly Json[]> => {
        const where = `containers[${String(i)}]`;
        const id = identifier(container['Id'], `${where}.Id`);
        const inspected = known.has(id) ? undefined : await limit(() => inspect(id));
        // Gone since it was listed.
        if (!known.has(id) && inspected === undefined) return [];
        const mode = known.get(id) ?? modeOf(inspected);
        modes.set(id, mode);
        return [withEndpoints(container, mode, where)];
      };
      return (await Promise.all(containers.map(read))).flat();
    },
    details(answer) {
      return withEndpoints(record(answer, 'container'), modeOf(answer), 'container');
    },
    endpoint: endpointAsPodman,
  };
}
