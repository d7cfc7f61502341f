import { createContainer } from '../../engine/containers.js';
import type { ContainerSpec } from '../../engine/containers.js';
import { execInContainer } from '../../engine/container-commands.js';
import type { PrivateEngine } from '../../engine/private-engine.js';
import { waitUntil } from '../../engine/wait-until.js';
import { networkImage } from './network-image.js';
import { tunnelDevice, tunnelSetUp } from './tunnel.js';

/** Sorts before every other network, so that a warp's own default route is there. */
export const egressNetwork = 'egress';

export interface BridgeSpec {
  readonly name: string;
  readonly subnet?: string;
  readonly subnet6?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, string>>;
  readonly internal?: boolean;
}

/** A bridge network, with IPv6 where a subnet of it is given. */
export async function createBridge(engine: PrivateEngine, spec: BridgeSpec): Promise<string> {
  const { name, subnet, subnet6, labels = {}, options = {}, internal = false } = spec;
  const { Id } = await engine.api<{ Id: string }>('POST', '/networks/create', {
    Name: name,
    CheckDuplicate: true,
    Driver: 'bridge',
    Internal: internal,
    EnableIPv6: subnet6 !== undefined,
    Labels: labels,
    Options: options,
    IPAM: { Driver: 'default', Config: [subnet, subnet6].flatMap(each => (each ? [{ Subnet: each }] : [])) },
  });
  return Id;
}

/** The network by which warps reach the outside under addresses of their own: nothing masquerades them. */
export function createEgress(engine: PrivateEngine): Promise<string> {
  return createBridge(engine, {
    name: egressNetwork,
    subnet: '198.18.1.0/24',
    subnet6: 'fd00:198:18:1::/64',
    options: {
      'com.docker.network.bridge.enable_ip_masquerade': 'false',
      // Replies come to the warp's own address, which Engine 28 keeps from the outside otherwise.
      'com.docker.network.bridge.gateway_mode_ipv4': 'nat-unprotected',
      'com.docker.network.bridge.gateway_mode_ipv6': 'nat-unprotected',
    },
  });
}

/** How a warp's image guards its own forwarding, as VPN images do. */
export type Firewall = 'none' | 'iptables-nft' | 'iptables-legacy';

export interface GatewaySpec extends Pick<ContainerSpec, 'name' | 'labels' | 'hostConfig'> {
  /** Where its targets are. */
  readonly networks: readonly string[];
  /** None: it leaves by the first of its networks. */
  readonly egress?: boolean;
  /** Whether its image masquerades what it forwards. True unless said otherwise. */
  readonly nat?: boolean;
  /** Whether its image forwards: IPv4 as with Docker on most hosts, and IPv6, unless said otherwise. */
  readonly forwards?: boolean;
  /** Other than `none`: FORWARD drops all but what leaves by `tun0`. */
  readonly firewall?: Firewall;
  /**
   * Whether it forwards to and from its egress network only. Without, it goes on for a moment while it ends: the engine
   * takes that network first, and its default route is then that of the one its targets are on.
   */
  readonly killSwitch?: boolean;
  /** Whether its image sends everything by a tunnel to the server that `startTunnelServer` starts. */
  readonly tunnel?: boolean;
  /** On the first of its networks. */
  readonly address?: string;
}

const sysctls = ['net.ipv4.ip_forward', 'net.ipv6.conf.all.forwarding'] as const;

/** A container that forwards for others, as its image sets it up at every start. */
export async function startGateway(engine: PrivateEngine, spec: GatewaySpec): Promise<string> {
  const {
    networks,
    egress = true,
    nat = true,
    forwards = true,
    firewall = 'none',
    killSwitch = false,
    tunnel = false,
    address,
    hostConfig,
    ...rest
  } = spec;
  const all = egress ? [egressNetwork, ...networks] : networks;
  const [network = 'none', ...furtherNetworks] = all;
  const image = await networkImage(engine);
  const id = await createContainer(engine, {
    ...rest,
    image,
    network,
    furtherNetworks: address === undefined ? furtherNetworks : furtherNetworks.slice(1),
    capAdd: ['NET_ADMIN'],
    // Not from the engine's namespace but from the machine's first one would it inherit them.
    hostConfig: {
      Sysctls: Object.fromEntries(sysctls.map(name => [name, forwards ? '1' : '0'])),
      ...(tunnel && { Devices: [tunnelDevice] }),
      ...hostConfig,
    },
    command: [
      'sh',
      '-c',
      [
        setUp(nat, firewall),
        ...(killSwitch ? [egressOnly] : []),
        ...(tunnel ? [tunnelSetUp] : []),
        'touch /run/ready',
        'exec sleep 1000000',
      ].join('\n'),
    ],
  });
  if (address !== undefined) {
    await engine.api('POST', `/networks/${furtherNetworks[0] ?? network}/connect`, {
      Container: id,
      EndpointConfig: { IPAMConfig: { IPv4Address: address } },
    });
  }
  await engine.api('POST', `/containers/${id}/start`);
  await gatewayReady(engine, id);
  return id;
}

/** Started by somebody: its image's own set-up is done. */
export function gatewayReady(engine: PrivateEngine, gateway: string): Promise<void> {
  return waitUntil(`${gateway} is set up`, async () => {
    const { exitCode } = await execInContainer(engine, gateway, ['test', '-e', '/run/ready']);
    return exitCode === 0;
  });
}

const egressOnly = `set -- $(ip -o -4 addr show to 198.18.1.0/24)
nft add table inet switch
nft add chain inet switch forward "{ type filter hook forward priority -20; }"
nft add rule inet switch forward iifname != "$2" oifname != "$2" drop`;

function setUp(nat: boolean, firewall: Firewall): string {
  const lines = ['set -e', 'rm -f /run/ready'];
  if (nat) {
    lines.push(
      'nft add table inet image',
      'nft add chain inet image post "{ type nat hook postrouting priority 100; }"',
      'nft add rule inet image post iifname "eth*" oifname != lo masquerade',
    );
  }
  if (firewall !== 'none') {
    const { [firewall]: six } = { 'iptables-nft': 'ip6tables-nft', 'iptables-legacy': 'ip6tables-legacy' };
    for (const tool of [firewall, six]) {
      lines.push(
        `${tool} -w -P FORWARD DROP`,
        `${tool} -w -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`,
        `${tool} -w -A FORWARD -o tun0 -j ACCEPT`,
      );
    }
  }
  return lines.join('\n');
}
