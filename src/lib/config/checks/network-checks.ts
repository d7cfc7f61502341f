import { isPredefinedName, type NetworkSpec } from '../../model/network.js';
import { managedLabel } from '../../model/ownership.js';
import { parsePrefix, type Prefix } from '../../net/prefix.js';
import { checkAddressPools } from './address-pools.js';
import { knownDrivers } from '../driver-options.js';
import { nearest } from '../nearest.js';
import { checkNetworkName } from '../network-name.js';
import { checkDriverOptions } from './option-checks.js';
import { type SpecProblem, specError, specWarning } from '../spec-problem.js';

/** All that is wrong with a network's definition, as far as can be told without an engine. */
export function checkNetworkSpec(spec: NetworkSpec): SpecProblem[] {
  return [
    ...checkNetworkName(spec.name),
    ...checkDriver(spec),
    ...checkFamilies(spec),
    ...checkAddressPools(spec),
    ...checkDriverOptions(spec),
    ...checkTextMap('labels', spec.labels),
    ...checkTextMap('ipam.options', spec.ipam?.options),
    ...checkOwnLabel(spec),
    ...checkConfigOnly(spec),
    ...checkConfigFrom(spec),
  ];
}

function checkDriver({ driver, attachable, configOnly }: NetworkSpec): SpecProblem[] {
  const problems: SpecProblem[] = [];
  if (driver !== undefined) {
    const allowed = `${knownDrivers.join(', ')}, or an installed plugin`;
    if (driver.trim() === '') problems.push(specError(['driver'], 'the driver has no name', { allowed }));
    else if (isPredefinedName(driver) ? driver !== 'bridge' : driver === 'null')
      problems.push(
        specError(['driver'], `an engine has only one "${driver}" network, its own`, { allowed }),
      );
    else if (!knownDrivers.includes(driver)) {
      const suggestion = nearest(driver, knownDrivers);
      if (suggestion)
        problems.push(
          specWarning(['driver'], `"${driver}" is no driver of the engine`, { allowed, suggestion }),
        );
    }
  }
  if (attachable && !configOnly && (driver ?? 'bridge') !== 'overlay') {
    const message =
      'attachable only matters to overlay networks; containers can be attached to this one anyway';
    problems.push(specWarning(['attachable'], message));
  }
  return problems;
}

function checkFamilies(spec: NetworkSpec): SpecProblem[] {
  const subnets = declaredSubnets(spec);
  const problems: SpecProblem[] = [];
  if (spec.enableIpv4 === false && !spec.enableIpv6)
    problems.push(specError(['enable_ipv4'], 'without IPv4 and IPv6 the network has no addresses at all'));
  for (const [index, subnet] of subnets) {
    const path = ['ipam', 'config', index, 'subnet'];
    if (subnet.family === 6 && !spec.enableIpv6) {
      const message = `the engine stores the IPv6 subnet ${subnet.text} and does not use it without enable_ipv6: true`;
      problems.push(specWarning(path, message));
    }
    if (subnet.family === 4 && spec.enableIpv4 === false)
      problems.push(specWarning(path, `${subnet.text} is not used with enable_ipv4: false`));
  }
  if (spec.enableIpv6 && !spec.configFrom && !subnets.some(([, subnet]) => subnet.family === 6)) {
    const message = 'engines before 27.0 cannot choose an IPv6 subnet themselves';
    problems.push(
      specWarning(['enable_ipv6'], message, { allowed: 'an ipam subnet such as fd00:7::/64 beside it' }),
    );
  }
  return problems;
}

function declaredSubnets(spec: NetworkSpec): [index: number, subnet: Prefix][] {
  return (spec.ipam?.pools ?? []).flatMap(({ subnet }, index) => {
    const reading = parsePrefix(subnet ?? '');
    return reading.ok ? [[index, reading.prefix]] : [];
  });
}

function checkTextMap(
  key: 'labels' | 'ipam.options',
  map: Readonly<Record<string, unknown>> = {},
): SpecProblem[] {
  return Object.entries(map).flatMap(([name, value]) => {
    const path = [...key.split('.'), name];
    if (name.trim() === '') return [specError(path, `an entry of ${key} has no name`)];
    if (typeof value === 'string') return [];
    const message = `the value of "${name}" is no string, and the engine takes only strings`;
    return [specError(path, message, { allowed: 'a string', suggestion: JSON.stringify(String(value)) })];
  });
}

/** Fairlead tells its own networks by this label; a declared one would claim or disown a network. */
function checkOwnLabel(spec: NetworkSpec): SpecProblem[] {
  if (!Object.hasOwn(spec.labels ?? {}, managedLabel)) return [];
  return [specError(['labels', managedLabel], `"${managedLabel}" is the label Fairlead itself sets`)];
}

/** What moby's `validateConfiguration` refuses in a config-only network. */
function checkConfigOnly(spec: NetworkSpec): SpecProblem[] {
  if (!spec.configOnly) return [];
  const problems: SpecProblem[] = [];
  const refuse = (key: string): void => {
    problems.push(
      specError([key], `${key} is not for a config-only network: it belongs where the config is used`),
    );
  };
  if (spec.internal) refuse('internal');
  if (spec.attachable) refuse('attachable');
  if (spec.configFrom !== undefined)
    problems.push(specError(['config_from'], 'a config-only network cannot take its config from another'));
  if (spec.driver !== undefined)
    problems.push(specWarning(['driver'], 'the engine ignores the driver of a config-only network'));
  return problems;
}

/** A network made from another's config has nothing of its own but its driver, scope and switches. */
function checkConfigFrom(spec: NetworkSpec): SpecProblem[] {
  if (spec.configFrom === undefined || spec.configOnly) return [];
  const source = `"${spec.configFrom}"`;
  const own: readonly [key: string, given: boolean][] = [
    ['ipam', spec.ipam !== undefined],
    ['driver_opts', Object.keys(spec.options ?? {}).length > 0],
    ['labels', Object.keys(spec.labels ?? {}).length > 0],
    ['enable_ipv6', spec.enableIpv6 === true],
  ];
  const problems = own
    .filter(([, given]) => given)
    .map(([key]) => specError([key], `${key} comes from ${source}; the engine refuses both`));
  if (spec.configFrom === spec.name || spec.configFrom === '')
    problems.push(specError(['config_from'], 'names no other network'));
  return problems;
}
