import type { ContainerDetails, ContainerPowers, EndpointSettings } from '../../model/container.js';
import { optionalNumber, optionalRecord, optionalText, record, text, textMap, texts } from './answer.js';

/** `NAME=value` lines; a line without `=` is a variable that is set and empty. */
function readEnvironment(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map(line => {
      const cut = line.indexOf('=');
      return cut < 0 ? [line, ''] : [line.slice(0, cut), line.slice(cut + 1)];
    }),
  );
}

/** Up to API 1.44 the engine adds the container's short ID to its aliases: nobody asked for that one. */
function requestedAliases(aliases: readonly string[], id: string): string[] {
  return [...new Set(aliases)].filter(alias => alias !== id.slice(0, 12));
}

function readSettings(value: unknown, where: string, id: string): EndpointSettings {
  const json = optionalRecord(value, where);
  const requested = optionalRecord(json['IPAMConfig'], `${where}.IPAMConfig`);
  const ipv4 = optionalText(requested['IPv4Address'], `${where}.IPAMConfig.IPv4Address`);
  const ipv6 = optionalText(requested['IPv6Address'], `${where}.IPAMConfig.IPv6Address`);
  const aliases = requestedAliases(texts(json['Aliases'], `${where}.Aliases`), id);
  const links = texts(json['Links'], `${where}.Links`);
  const driverOptions = textMap(json['DriverOpts'], `${where}.DriverOpts`);
  const gatewayPriority = optionalNumber(json['GwPriority'], `${where}.GwPriority`);
  return {
    ...(aliases.length > 0 && { aliases }),
    ...(ipv4 !== undefined && { ipv4 }),
    ...(ipv6 !== undefined && { ipv6 }),
    ...(links.length > 0 && { links }),
    ...(Object.keys(driverOptions).length > 0 && { driverOptions }),
    ...(gatewayPriority !== undefined && { gatewayPriority }),
  };
}

/** A capability as `CAP_NET_RAW` or `net_raw`: engines echo what was typed. */
function capabilities(value: unknown, where: string): ReadonlySet<string> {
  return new Set(texts(value, where).map(name => name.toUpperCase().replace(/^CAP_/, '')));
}

function readPowers(hostConfig: Readonly<Record<string, unknown>>, where: string): ContainerPowers {
  const privileged = hostConfig['Privileged'] === true;
  const added = capabilities(hostConfig['CapAdd'], `${where}.CapAdd`);
  const dropped = capabilities(hostConfig['CapDrop'], `${where}.CapDrop`);
  const has = (name: string, byDefault: boolean): boolean =>
    privileged ||
    added.has(name) ||
    (added.has('ALL') && !dropped.has(name)) ||
    (byDefault && !dropped.has(name) && !dropped.has('ALL'));
  return { netAdmin: has('NET_ADMIN', false), netRaw: has('NET_RAW', true) };
}

/** A name, or a number of either kind: some versions of Podman give it as one. */
function readStopSignal(value: unknown): string | undefined {
  return typeof value === 'number' || (typeof value === 'string' && value !== '') ? String(value) : undefined;
}

/** The answer to `GET /containers/{id}/json`. */
export function readDetails(answer: unknown): ContainerDetails {
  const json = record(answer, 'container');
  const id = text(json['Id'], 'container.Id');
  const state = optionalRecord(json['State'], 'container.State');
  const config = optionalRecord(json['Config'], 'container.Config');
  const hostConfig = optionalRecord(json['HostConfig'], 'container.HostConfig');
  const settings = optionalRecord(json['NetworkSettings'], 'container.NetworkSettings');
  const networks = optionalRecord(settings['Networks'], 'container.NetworkSettings.Networks');
  const macAddress = optionalText(config['MacAddress'], 'container.Config.MacAddress');
  const stopSignal = readStopSignal(config['StopSignal']);
  const resolvConfPath = optionalText(json['ResolvConfPath'], 'container.ResolvConfPath');
  return {
    environment: readEnvironment(texts(config['Env'], 'container.Config.Env')),
    pid: optionalNumber(state['Pid'], 'container.State.Pid') ?? 0,
    startedAt: optionalText(state['StartedAt'], 'container.State.StartedAt') ?? '',
    ...(stopSignal !== undefined && { stopSignal }),
    publishes: Object.keys(optionalRecord(hostConfig['PortBindings'], 'container.HostConfig.PortBindings')),
    ...(macAddress !== undefined && { macAddress }),
    powers: readPowers(hostConfig, 'container.HostConfig'),
    dns: texts(hostConfig['Dns'], 'container.HostConfig.Dns'),
    ...(resolvConfPath !== undefined && resolvConfPath !== '' && { resolvConfPath }),
    endpoints: Object.fromEntries(
      Object.entries(networks).map(([name, endpoint]) => [
        name,
        readSettings(endpoint, `container.NetworkSettings.Networks.${name}`, id),
      ]),
    ),
  };
}
