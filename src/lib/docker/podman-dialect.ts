import { type Json, identifier, list, optionalRecord, optionalText, record, textMap } from './answer.js';
import type { Dialect } from './dialect.js';
import { endpointAsPodman, endpointsAsDocker, homeAmong } from './podman-endpoints.js';

/** Inspects under way at once. */
const inspectsAtOnce = 16;

/** The mode of every container that is on networks, whichever they are. */
const userDefined = 'bridge';

const mtu = 'com.docker.network.driver.mtu';

/** A network with Docker's words for what Podman calls otherwise, and without what no one asked for. */
function network(value: unknown, where: string): Json {
  const json = record(value, where);
  const options = textMap(json['Options'], `${where}.Options`);
  return {
    ...json,
    // `{"driver":"host-local"}` on every network.
    IPAM: { ...optionalRecord(json['IPAM'], `${where}.IPAM`), Options: {} },
    Options: options['mtu'] === undefined ? options : { ...options, [mtu]: options['mtu'] },
  };
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
    networks: answer => list(answer, 'networks').map((each, i) => network(each, `networks[${String(i)}]`)),
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
