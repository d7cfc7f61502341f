import { isIPv4, isIPv6 } from 'node:net';
import type { NetworkSpec } from '../../model/network.js';
import { driverOptions, optionNamespace, type OptionKind, windowsNamespace } from '../driver-options.js';
import { nearest } from '../nearest.js';
import { type SpecProblem, specError, specWarning, suggesting } from '../spec-problem.js';

/** The longest name of a network interface in Linux (IFNAMSIZ less the final NUL). */
const longestInterface = 15;
/** Interfaces of a Docker host that no second network can have for its bridge. */
const takenInterfaces: ReadonlySet<string> = new Set(['lo', 'docker0', 'docker_gwbridge']);
const gatewayModes: readonly string[] = ['nat', 'nat-unprotected', 'routed', 'isolated'];

/** The driver options of a network. Their values come from files and flags and may be of any type at run time. */
export function checkDriverOptions(spec: NetworkSpec): SpecProblem[] {
  const driver = spec.driver ?? 'bridge';
  return Object.entries<unknown>(spec.options ?? {}).flatMap(([key, value]) => {
    const path = ['driver_opts', key];
    if (typeof value !== 'string') return [notText(key, value, path)];
    const option = Object.hasOwn(driverOptions, key) ? driverOptions[key] : undefined;
    if (!option) return checkUnknown(key, path);
    if (option.driver !== undefined && option.driver !== driver)
      return [specWarning(path, `"${key}" is for the ${option.driver} driver; ${driver} ignores it`)];
    return checkValue(option.kind, key, value, path, spec);
  });
}

function notText(key: string, value: unknown, path: SpecProblem['path']): SpecProblem {
  const scalar = typeof value === 'number' || typeof value === 'boolean';
  const suggestion = scalar ? `"${String(value)}"` : undefined;
  const message = `the value of "${key}" is no string, and the engine takes only strings`;
  return specError(path, message, { allowed: 'a string', ...suggesting(suggestion) });
}

function checkUnknown(key: string, path: SpecProblem['path']): SpecProblem[] {
  if (!key.startsWith(optionNamespace) || key.startsWith(windowsNamespace)) return [];
  const suggestion = nearest(key, Object.keys(driverOptions));
  return [
    specWarning(
      path,
      `"${key}" is no option Docker knows; it stores it and does nothing`,
      suggesting(suggestion),
    ),
  ];
}

function checkValue(
  kind: OptionKind,
  key: string,
  value: string,
  path: SpecProblem['path'],
  spec: NetworkSpec,
): SpecProblem[] {
  const refuse = (why: string, allowed: string, suggestion?: string): SpecProblem[] => [
    specError(path, `"${value}" ${why} for "${key}"`, { allowed, ...suggesting(suggestion) }),
  ];
  switch (kind) {
    case 'text':
      return [];
    case 'boolean':
      // What Go's strconv.ParseBool takes; the engine answers anything else with an error.
      return /^(?:1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$/.test(value)
        ? []
        : refuse('is no boolean', '"true" or "false"', meantBoolean(value));
    case 'mtu':
      return checkMtu(value, spec, path, refuse);
    case 'interface':
      return checkInterface(value, refuse);
    case 'interface-prefix':
      return /^[a-zA-Z][a-zA-Z0-9_-]{0,12}$/.test(value)
        ? []
        : refuse('is no prefix of interface names', 'at most 13 letters and digits, beginning with a letter');
    case 'gateway-mode':
      return gatewayModes.includes(value)
        ? []
        : refuse('is no gateway mode', gatewayModes.join(', '), nearest(value, gatewayModes));
    case 'ipv4':
      return isIPv4(value) ? [] : refuse('is no IPv4 address', 'an address of this host, such as 127.0.0.1');
    case 'ipv6':
      return isIPv6(value) ? [] : refuse('is no IPv6 address', 'an address of this host, such as fd00::1');
  }
}

type Refuse = (why: string, allowed: string, suggestion?: string) => SpecProblem[];

function meantBoolean(value: string): string | undefined {
  if (/^(?:yes|y|on|enabled?)$/i.test(value)) return 'true';
  return /^(?:no|n|off|disabled?)$/i.test(value) ? 'false' : nearest(value, ['true', 'false']);
}

function checkMtu(
  value: string,
  spec: NetworkSpec,
  path: SpecProblem['path'],
  refuse: Refuse,
): SpecProblem[] {
  const mtu = /^[1-9]\d{0,4}$/.test(value) ? Number(value) : 0;
  // RFC 791: every IPv4 link carries 68 octets; 65535 is the most an IP packet has.
  if (mtu < 68 || mtu > 65_535) return refuse('is no MTU', 'a whole number from 68 to 65535');
  if (mtu >= 1280 || !spec.enableIpv6) return [];
  return [
    specWarning(path, `an MTU of ${value} is below 1280, with which Linux has no IPv6 on an interface`),
  ];
}

function checkInterface(value: string, refuse: Refuse): SpecProblem[] {
  const allowed = `1 to ${String(longestInterface)} letters, digits, "-", "_" and "."`;
  if (Buffer.byteLength(value) > longestInterface)
    return refuse(
      `has ${String(Buffer.byteLength(value))} characters, too many`,
      allowed,
      value.slice(0, longestInterface),
    );
  if (!/^[a-zA-Z0-9_.-]+$/.test(value) || value === '.' || value === '..')
    return refuse('is no interface name', allowed);
  return takenInterfaces.has(value) ? refuse('is taken by another interface', 'any other name') : [];
}
