import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { cgroupParent } from './cgroups.js';
import { EngineUnavailableError } from './engine-errors.js';

export interface AddressPool {
  /** For example `172.17.0.0/16`. */
  readonly base: string;
  /** Prefix length of each network taken from it. */
  readonly size: number;
}

export interface DaemonSettings {
  /** A network namespace of the engine's own; without one, nothing of the caller's may be changed. */
  readonly isolated: boolean;
  /** Where networks without a subnet get theirs; Docker's own choice when left out. */
  readonly pools?: readonly AddressPool[];
  /** Address and length of docker0, only in isolation; Docker's own choice when left out. */
  readonly bip?: string;
  /** Listening addresses besides the socket, such as `tcp://127.0.0.1:2376`. */
  readonly hosts: readonly string[];
  /** Further arguments of dockerd. */
  readonly daemonArgs: readonly string[];
}

export function daemonArguments(folder: string, name: string, settings: DaemonSettings): string[] {
  const { isolated, pools = [], bip, hosts, daemonArgs } = settings;
  return [
    ...['--host', `unix://${join(folder, 'docker.sock')}`],
    ...hosts.flatMap(host => ['--host', host]),
    ...['--data-root', join(folder, 'data')],
    // Private as the whole of /run is there, and short: containerd's socket is some folders below it.
    ...['--exec-root', '/run/docker'],
    ...['--pidfile', join(folder, 'docker.pid')],
    ...['--config-file', join(folder, 'daemon.json')],
    ...['--cgroup-parent', cgroupParent(name)],
    ...pools.flatMap(({ base, size }) => ['--default-address-pool', `base=${base},size=${String(size)}`]),
    ...(bip ? ['--bip', bip] : []),
    // The rules and the sysctl would be the caller's; published ports work through docker-proxy.
    ...(isolated ? [] : ['--bridge=none', '--iptables=false', '--ip6tables=false', '--ip-forward=false']),
    ...daemonArgs,
  ];
}

/**
 * A /16 nobody on this machine uses, for an engine in the caller's network namespace; its bridges are
 * known by it when the engine is removed.
 */
export function findFreePrefix(isTaken: (prefix: string) => boolean): string {
  const addresses = Object.values(networkInterfaces()).flatMap(list =>
    (list ?? []).map(({ address }) => address),
  );
  // 10.255 and the documentation networks are kept free for others.
  for (let second = 201; second < 255; second += 1) {
    const prefix = `10.${String(second)}.`;
    if (!isTaken(prefix) && !addresses.some(address => address.startsWith(prefix))) return prefix;
  }
  throw new EngineUnavailableError(
    'no free network in 10.201.0.0/16 to 10.254.0.0/16: stop other engines first',
  );
}
