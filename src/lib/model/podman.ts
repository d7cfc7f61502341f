import type { NetworkSpec } from './network.js';

/** A field of a declaration that Podman does not keep, and why that matters. */
export interface NotKept {
  /** Where, in the keys of a Compose network definition. */
  readonly path: readonly (string | number)[];
  readonly why: string;
}

/** What Podman reads of a network's driver options, and tells afterwards. */
const keptOptions: ReadonlySet<string> = new Set([
  'com.docker.network.driver.mtu',
  'com.docker.network.bridge.name',
]);

function optionsNotKept({ options = {} }: NetworkSpec): NotKept[] {
  return Object.keys(options)
    .filter(option => !keptOptions.has(option))
    .map(option => ({
      path: ['driver_opts', option],
      why: `Podman does not keep the driver option ${option}, or does not tell it afterwards`,
    }));
}

function poolsNotKept({ ipam }: NetworkSpec): NotKept[] {
  return (ipam?.pools ?? []).flatMap((pool, at) => {
    const path = ['ipam', 'config', at];
    return [
      ...(pool.ipRange === undefined
        ? []
        : [{ path: [...path, 'ip_range'], why: 'Podman drops ip_range without a word' }]),
      ...(pool.auxAddresses === undefined
        ? []
        : [{ path: [...path, 'aux_addresses'], why: 'Podman drops aux_addresses without a word' }]),
    ];
  });
}

/** What of a network's declaration Podman's Docker-compatible API would drop or rewrite (measured on 5.4.2). */
export function notKeptByPodman(spec: NetworkSpec): NotKept[] {
  const { attachable, enableIpv4, configOnly, configFrom, ipam } = spec;
  const found: (NotKept | false)[] = [
    attachable === true && {
      path: ['attachable'],
      why: 'attachable is for networks of a swarm, which Podman has not',
    },
    enableIpv4 === false && {
      path: ['enable_ipv4'],
      why: 'enable_ipv4: false does nothing on Podman',
    },
    configOnly === true && { path: ['config_only'], why: 'Podman has no config-only networks' },
    configFrom !== undefined && { path: ['config_from'], why: 'Podman has no config-only networks' },
    ipam?.driver !== undefined &&
      ipam.driver !== 'default' && {
        path: ['ipam', 'driver'],
        why: `Podman ignores the IPAM driver ${ipam.driver}`,
      },
    Object.keys(ipam?.options ?? {}).length > 0 && {
      path: ['ipam', 'options'],
      why: 'Podman ignores options of the IPAM driver',
    },
  ];
  return [...found.filter(each => each !== false), ...poolsNotKept(spec), ...optionsNotKept(spec)];
}
