import type { Container } from '../model/container.js';
import { isEngineNetwork, type Network } from '../model/network.js';
import { checkNetworkName } from './network-name.js';

/** What runs on the engine that a config is begun for. */
export interface Observed {
  readonly networks: readonly Network[];
  readonly containers: readonly Container[];
}

/**
 * A config to begin with: what is there, and examples of the rest as comments. Nothing in it changes anything. Every
 * example is a whole block: it is right as soon as the `# ` before its lines is taken away.
 */
export function startingConfig(observed: Observed | undefined, schemaUrl: string): string {
  const networks = usableNetworks(observed);
  return [
    `# yaml-language-server: $schema=${schemaUrl}`,
    '#',
    "# Fairlead keeps this host's Docker networking as it is declared here.",
    '# fairlead validate-config finds every mistake, without touching anything; fairlead plan shows what would change.',
    '# To use an example, take "# " away at the beginning of each of its lines.',
    '',
    ...networkLines(networks),
    '',
    '# Containers to connect to networks in addition to their own:',
    '# attachments:',
    '#   - select: { labels: [com.example.service] }',
    `#     networks: [${quoted(networks[0] ?? 'shared')}]`,
    '',
    ...proxyLines(observed),
    '',
    ...warpLines(observed),
    '',
    ...settingLines,
    '',
  ].join('\n');
}

/** Names of the networks that a config can use: those of the engine itself and those that share a name it cannot. */
function usableNetworks(observed: Observed | undefined): string[] {
  const names = (observed?.networks ?? [])
    .filter(network => !isEngineNetwork(network) && checkNetworkName(network.name).length === 0)
    .map(({ name }) => name);
  return [...new Set(names)].filter(name => names.indexOf(name) === names.lastIndexOf(name)).sort();
}

function networkLines(names: readonly string[]): string[] {
  const examples = [
    '#   shared: {}',
    '#   backend:',
    '#     internal: true',
    '#     ipam: { config: [{ subnet: 10.128.7.0/24 }] }',
    '#   vpn-net: { egress: warp } # only warps, see below, may send out of it',
  ];
  const title = '# Networks that Fairlead makes, in the words of a Compose file:';
  if (names.length === 0) {
    return [
      '# Nothing is declared yet. This line goes when you declare networks:',
      'networks: {}',
      title,
      '# networks:',
      ...examples,
    ];
  }
  return [
    '# These exist. With external: true Fairlead uses and never changes them.',
    'networks:',
    ...names.map(name => `  ${quoted(name)}: { external: true }`),
    title,
    ...examples,
  ];
}

/** What people call their proxies. */
const proxyName =
  /(?:^|[-_.])(?:traefik|nginx-proxy|http-proxy|reverse-proxy|caddy|haproxy|proxy)(?:[-_.]|$)/;

function proxyLines(observed: Observed | undefined): string[] {
  const names = (observed?.containers ?? [])
    .filter(({ name, ports }) => proxyName.test(name) && ports.some(isWebPort))
    .map(({ name }) => name)
    .sort();
  const lines = [
    '# Reverse proxies: each becomes a member of the networks that hold what it must route to.',
    '# routable is what counts: VIRTUAL_HOST in the environment or a label of Traefik, unless it says otherwise.',
  ];
  const published = names.length === 1 ? '# This one publishes' : '# These publish';
  return [
    ...lines,
    ...(names.length === 0 ? [] : [`${published} port 80 or 443.`]),
    '# proxies:',
    ...(names.length === 0 ? ['http-proxy'] : names).map(name => `#   - container: ${quoted(name)}`),
  ];
}

function isWebPort({ hostPort }: Container['ports'][number]): boolean {
  return hostPort === 80 || hostPort === 443;
}

const warpName = /(?:^|[-_.])(?:warp|gluetun|wireguard|openvpn|vpn|tor|mitmproxy)(?:[-_.]|$)/;

function warpLines(observed: Observed | undefined): string[] {
  const found = (observed?.containers ?? []).map(({ name }) => name).find(name => warpName.test(name));
  return [
    '# Egress of containers through another container; what is not reached that way is not reached at all.',
    '# warp:',
    '#   routes:',
    `#     - { target: { names: [worker] }, via: ${quoted(found ?? 'vpn')}, rules: ["0.0.0.0/0", "::/0"] }`,
    '# A warp has to forward and to masquerade, as images of VPNs do; nat: true beside via has Fairlead set it up.',
    '# Routes are in place once a container runs. egress: warp on its network holds back what it sends before that.',
  ];
}

const settingLines = ['# logging: { level: info, format: auto }', '# watch: { resync: 5m }'];

/** Names of the engine's are plain, and yet `1001` or `on` are something else to YAML. */
function quoted(name: string): string {
  return /^[a-zA-Z][\w.-]*$/.test(name) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(name)
    ? name
    : JSON.stringify(name);
}
