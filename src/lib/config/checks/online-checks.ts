import {
  type EngineInfo,
  hasGatewayPriority,
  hasOneGateway,
  tellsHome,
  versionAtLeast,
} from '../../model/engine-info.js';
import type { Network } from '../../model/network.js';
import { notKeptByPodman } from '../../model/podman.js';
import { canonicalPrefix, parsePrefix } from '../../net/prefix.js';
import { PrefixIndex } from '../../net/prefix-index.js';
import { nearest } from '../nearest.js';
import { type DeclaredNetwork, declaredNetworks } from '../network-spec.js';
import type { FairleadConfig } from '../schema.js';
import { type SpecProblem, specError, specWarning, suggesting } from '../spec-problem.js';

/** What is known of an engine that a config is checked against. */
export interface ObservedEngine {
  readonly engine: EngineInfo;
  readonly networks: readonly Network[];
}

/** What of a config would fail or surprise on this engine, as it is now. */
export function checkAgainstEngine(
  config: FairleadConfig,
  { engine, networks }: ObservedEngine,
): SpecProblem[] {
  const declared = declaredNetworks(config);
  return [
    ...checkApiVersion(config, engine),
    ...declared.filter(({ external }) => external).flatMap(network => checkExternal(network, networks)),
    ...declared
      .filter(({ external }) => !external)
      .flatMap(network => checkSources(network, declared, networks)),
    ...checkOverlaps(declared, networks),
    ...declared.flatMap(network => checkAge(network, engine)),
    ...declared.flatMap(network => checkPodman(network, engine)),
    ...checkGatewayMoves(config, engine),
    ...checkLeaves(config, engine),
  ];
}

function checkApiVersion(
  { docker: { api_version: wanted } }: FairleadConfig,
  engine: EngineInfo,
): SpecProblem[] {
  if (wanted === 'auto' || versionAtLeast(engine.apiVersion, wanted)) return [];
  const message = `the engine speaks API ${engine.apiVersion} at most`;
  return [specError(['docker', 'api_version'], message, { suggestion: 'auto' })];
}

function checkExternal({ spec, path }: DeclaredNetwork, networks: readonly Network[]): SpecProblem[] {
  const named = networks.filter(({ name }) => name === spec.name);
  if (named.length === 1) return [];
  if (named.length > 1)
    return [specError(path, `the engine has ${String(named.length)} networks named "${spec.name}"`)];
  const suggestion = nearest(
    spec.name,
    networks.map(({ name }) => name),
  );
  return [specError(path, `the engine has no network "${spec.name}"`, suggesting(suggestion))];
}

function checkSources(
  { spec, path }: DeclaredNetwork,
  declared: readonly DeclaredNetwork[],
  networks: readonly Network[],
): SpecProblem[] {
  const source = spec.configFrom;
  if (source === undefined || declared.some(other => other.spec.name === source)) return [];
  const found = networks.find(({ name }) => name === source);
  if (found?.configOnly) return [];
  const message = found ? `"${source}" is no config-only network` : `the engine has no network "${source}"`;
  return [specError([...path, 'config_from'], message)];
}

/** A network that exists under the name declared is that network, whatever its subnets: its drift is for the plan. */
function checkOverlaps(declared: readonly DeclaredNetwork[], networks: readonly Network[]): SpecProblem[] {
  const names = new Set(declared.map(({ spec }) => spec.name));
  const index = new PrefixIndex<Network>();
  for (const network of networks) {
    if (names.has(network.name)) continue;
    for (const { subnet } of network.ipam.pools) {
      const reading = parsePrefix(canonicalPrefix(subnet ?? ''));
      if (reading.ok) index.add(reading.prefix, network);
    }
  }
  return declared.flatMap(({ spec, path, external }) => {
    if (external || spec.configOnly) return [];
    return (spec.ipam?.pools ?? []).flatMap(({ subnet }, at) => {
      const reading = parsePrefix(subnet ?? '');
      const other = reading.ok ? index.overlapping(reading.prefix) : undefined;
      if (!reading.ok || !other) return [];
      const message = `${reading.prefix.text} overlaps ${other[0].text} of the network "${other[1].name}", which exists`;
      return [specError([...path, 'ipam', 'config', at, 'subnet'], message)];
    });
  });
}

/** What an option or key needs; an older engine takes it and does nothing. */
const optionNeeds: Readonly<Record<string, string>> = {
  'com.docker.network.bridge.gateway_mode_ipv4': '27.0',
  'com.docker.network.bridge.gateway_mode_ipv6': '27.0',
  'com.docker.network.bridge.trusted_host_interfaces': '28.2',
};

function checkAge({ spec, path, external }: DeclaredNetwork, engine: EngineInfo): SpecProblem[] {
  if (external || engine.kind !== 'docker') return [];
  const problems: SpecProblem[] = [];
  const older = (version: string): boolean => !versionAtLeast(engine.version, version);
  const hasIpv6Subnet = (spec.ipam?.pools ?? []).some(({ subnet }) => subnet?.includes(':'));
  if (spec.enableIpv4 === false && !versionAtLeast(engine.apiVersion, '1.48')) {
    const message = `Engine ${engine.version} has IPv4 on every network: it takes 28.0 to be without`;
    problems.push(specError([...path, 'enable_ipv4'], message));
  }
  if (spec.enableIpv6 && !hasIpv6Subnet && spec.configFrom === undefined && older('27.0')) {
    const message = `Engine ${engine.version} cannot choose an IPv6 subnet itself`;
    problems.push(specError([...path, 'enable_ipv6'], message, { allowed: 'an IPv6 subnet beside it' }));
  }
  for (const option of Object.keys(spec.options ?? {})) {
    const needed = Object.hasOwn(optionNeeds, option) ? optionNeeds[option] : undefined;
    if (needed === undefined || !older(needed)) continue;
    const message = `Engine ${engine.version} ignores this option: it takes ${needed}`;
    problems.push(specWarning([...path, 'driver_opts', option], message));
  }
  return problems;
}

function checkLeaves({ proxies }: FairleadConfig, engine: EngineInfo): SpecProblem[] {
  if (tellsHome(engine)) return [];
  return proxies.flatMap(({ leave }, index) => {
    if (leave !== 'any') return [];
    const message = 'Podman does not tell the network a container was created on, which must not be left';
    return [specError(['proxies', index, 'leave'], message, { allowed: 'joined or never' })];
  });
}

function checkPodman({ spec, path, external }: DeclaredNetwork, engine: EngineInfo): SpecProblem[] {
  if (external || engine.kind !== 'podman') return [];
  return notKeptByPodman(spec).map(({ path: at, why }) => specError([...path, ...at], why));
}

/** Before API 1.48 joining a network can move a proxy's gateway, and published ports with it (engine fact E4). */
function checkGatewayMoves({ proxies }: FairleadConfig, engine: EngineInfo): SpecProblem[] {
  if (hasGatewayPriority(engine) || !hasOneGateway(engine)) return [];
  return proxies.flatMap(({ on_gateway_move }, index) => {
    if (on_gateway_move === 'skip') return [];
    const message = `Engine ${engine.version} has no gateway priorities: joining a network can interrupt this proxy's published ports`;
    return [
      specWarning(['proxies', index], message, { allowed: 'on_gateway_move: skip leaves such joins out' }),
    ];
  });
}
