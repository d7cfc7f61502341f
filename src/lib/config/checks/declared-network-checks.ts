import { parsePrefix } from '../../net/prefix.js';
import { PrefixIndex } from '../../net/prefix-index.js';
import { checkNetworkSpec } from './network-checks.js';
import { declaredNetworks, type DeclaredNetwork } from '../network-spec.js';
import type { FairleadConfig } from '../schema.js';
import { type SpecProblem, specError, specWarning } from '../spec-problem.js';
import { nearest } from '../nearest.js';

/** The networks of a config: each for itself, and against one another. */
export function checkDeclaredNetworks(config: FairleadConfig): SpecProblem[] {
  const networks = declaredNetworks(config);
  return [
    ...networks.flatMap(network => (network.external ? checkExternal(config, network) : checkOwn(network))),
    ...checkNames(networks),
    ...checkOverlaps(networks),
    ...checkBridgeNames(networks),
    ...checkConfigSources(networks),
  ];
}

function checkOwn({ spec, egress, path }: DeclaredNetwork): SpecProblem[] {
  const problems = checkNetworkSpec(spec).map((problem): SpecProblem => ({
    ...problem,
    path: [...path, ...problem.path],
  }));
  if (egress === 'warp' && (spec.driver ?? 'bridge') !== 'bridge') {
    const message = `egress: warp guards bridges only, and this network has the driver ${spec.driver ?? ''}`;
    problems.push(specError([...path, 'egress'], message));
  }
  return problems;
}

/** Keys that say how to make a network say nothing about one that is not made. */
function checkExternal(config: FairleadConfig, { path }: DeclaredNetwork): SpecProblem[] {
  const [, key = ''] = path;
  const definition = Object.entries(config.networks[key] ?? {});
  const kept: ReadonlySet<string> = new Set(['name', 'external', 'egress']);
  return definition
    .filter(([name, value]) => !kept.has(name) && !(name === 'on_drift' && value === 'error'))
    .map(([name]) =>
      specError([...path, name], `${name} has no effect on an external network`, {
        allowed: 'name and egress',
      }),
    );
}

function checkNames(networks: readonly DeclaredNetwork[]): SpecProblem[] {
  const first = new Map<string, DeclaredNetwork>();
  return networks.flatMap(network => {
    const holder = first.get(network.spec.name);
    if (!holder) {
      first.set(network.spec.name, network);
      return [];
    }
    const message = `this network and ${holder.path.join('.')} are both named "${network.spec.name}"`;
    return [specError(network.path, message)];
  });
}

function checkOverlaps(networks: readonly DeclaredNetwork[]): SpecProblem[] {
  const earlier = new PrefixIndex<DeclaredNetwork>();
  return networks.flatMap(network => {
    // Only a definition: its subnet is that of the one network made from it.
    if (network.spec.configOnly) return [];
    const subnets = (network.spec.ipam?.pools ?? []).map(({ subnet }) => parsePrefix(subnet ?? ''));
    const problems = subnets.flatMap((reading, index) => {
      const other = reading.ok ? earlier.overlapping(reading.prefix) : undefined;
      if (!reading.ok || !other) return [];
      const message = `${reading.prefix.text} overlaps ${other[0].text} of ${other[1].path.join('.')}`;
      return [specError([...network.path, 'ipam', 'config', index, 'subnet'], message)];
    });
    for (const reading of subnets) if (reading.ok) earlier.add(reading.prefix, network);
    return problems;
  });
}

const bridgeName = 'com.docker.network.bridge.name';

function checkBridgeNames(networks: readonly DeclaredNetwork[]): SpecProblem[] {
  const holders = new Map<string, DeclaredNetwork>();
  return networks.flatMap(network => {
    const name = network.spec.options?.[bridgeName];
    if (name === undefined || network.spec.configOnly) return [];
    const holder = holders.get(name);
    holders.set(name, holder ?? network);
    const path = [...network.path, 'driver_opts', bridgeName];
    return holder
      ? [specError(path, `the bridge "${name}" is already that of ${holder.path.join('.')}`)]
      : [];
  });
}

function checkConfigSources(networks: readonly DeclaredNetwork[]): SpecProblem[] {
  const names = networks.map(({ spec }) => spec.name);
  return networks.flatMap(({ spec, path }) => {
    if (spec.configFrom === undefined || spec.configFrom === spec.name) return [];
    const source = networks.find(({ spec: { name } }) => name === spec.configFrom);
    const at = [...path, 'config_from'];
    if (source?.spec.configOnly || source?.external) return [];
    if (source) return [specError(at, `"${spec.configFrom}" is no config-only network`)];
    const suggestion = nearest(spec.configFrom, names);
    const message = `"${spec.configFrom}" is declared nowhere in this file`;
    return [specWarning(at, message, suggestion === undefined ? {} : { suggestion })];
  });
}
