import type {
  Container,
  ContainerState,
  Endpoint,
  Health,
  NetworkMode,
  PublishedPort,
} from '../../model/container.js';
import {
  identifier,
  list,
  optionalList,
  optionalNumber,
  optionalRecord,
  optionalText,
  record,
  textMap,
  texts,
} from './answer.js';

const states: ReadonlySet<string> = new Set<ContainerState>([
  'created',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead',
  'stopping',
]);

function readState(value: string): ContainerState {
  return states.has(value) ? (value as ContainerState) : 'unknown';
}

/** `default` is what Engine 20.10 calls the default bridge; Podman leaves the field out of the list. */
export function readNetworkMode(value: string | undefined): NetworkMode {
  if (value === 'host' || value === 'none') return { kind: value };
  if (value?.startsWith('container:')) return { kind: 'container', of: value.slice('container:'.length) };
  if (value === undefined || value === 'default') return { kind: 'network', network: 'bridge' };
  return { kind: 'network', network: value };
}

/**
 * What a health check says: a field from API 1.52, the end of «Up 2 minutes (healthy)» before. It belongs to the
 * list, for it changes, and what an inspect tells is remembered.
 */
function readHealth(json: Readonly<Record<string, unknown>>, where: string): Health | undefined {
  const status = optionalText(json['Status'], `${where}.Status`) ?? '';
  const field = optionalText(
    optionalRecord(json['Health'], `${where}.Health`)['Status'],
    `${where}.Health.Status`,
  );
  const said = field ?? /\((?:health: )?(starting|healthy|unhealthy)\)$/.exec(status)?.[1];
  return said === 'starting' || said === 'healthy' || said === 'unhealthy' ? said : undefined;
}

function readEndpoint(networkName: string, value: unknown, where: string): Endpoint {
  const json = optionalRecord(value, where);
  const networkId = optionalText(json['NetworkID'], `${where}.NetworkID`);
  const ipv4 = optionalText(json['IPAddress'], `${where}.IPAddress`);
  const ipv6 = optionalText(json['GlobalIPv6Address'], `${where}.GlobalIPv6Address`);
  const mac = optionalText(json['MacAddress'], `${where}.MacAddress`);
  const gatewayPriority = optionalNumber(json['GwPriority'], `${where}.GwPriority`);
  return {
    networkName,
    ...(networkId !== undefined && { networkId }),
    ...(ipv4 !== undefined && { ipv4 }),
    ...(ipv6 !== undefined && { ipv6 }),
    ...(mac !== undefined && { mac: mac.toLowerCase() }),
    ...(gatewayPriority !== undefined && { gatewayPriority }),
  };
}

function readPort(value: unknown, where: string): PublishedPort {
  const json = record(value, where);
  const hostPort = optionalNumber(json['PublicPort'], `${where}.PublicPort`);
  const hostIp = optionalText(json['IP'], `${where}.IP`);
  return {
    containerPort: optionalNumber(json['PrivatePort'], `${where}.PrivatePort`) ?? 0,
    protocol: optionalText(json['Type'], `${where}.Type`) ?? 'tcp',
    ...(hostPort !== undefined && { hostPort }),
    ...(hostIp !== undefined && { hostIp }),
  };
}

function readContainer(value: unknown, where: string): Container {
  const json = record(value, where);
  const id = identifier(json['Id'], `${where}.Id`);
  const settings = optionalRecord(json['NetworkSettings'], `${where}.NetworkSettings`);
  const networks = optionalRecord(settings['Networks'], `${where}.NetworkSettings.Networks`);
  const health = readHealth(json, where);
  const hostConfig = optionalRecord(json['HostConfig'], `${where}.HostConfig`);
  // A container linked from others has several names, `/db` and `/web/db`: its own has no second slash.
  const names = texts(json['Names'], `${where}.Names`).map(name => name.replace(/^\//, ''));
  return {
    id,
    name: names.find(name => !name.includes('/')) ?? names[0] ?? id.slice(0, 12),
    state: readState(optionalText(json['State'], `${where}.State`) ?? 'unknown'),
    networkMode: readNetworkMode(optionalText(hostConfig['NetworkMode'], `${where}.HostConfig.NetworkMode`)),
    labels: textMap(json['Labels'], `${where}.Labels`),
    endpoints: Object.entries(networks).map(([name, endpoint]) =>
      readEndpoint(name, endpoint, `${where}.NetworkSettings.Networks.${name}`),
    ),
    ports: optionalList(json['Ports'], `${where}.Ports`).map((port, i) =>
      readPort(port, `${where}.Ports[${String(i)}]`),
    ),
    ...(health !== undefined && { health }),
    reading: { read: 'not-asked' },
  };
}

/** The answer to `GET /containers/json?all=1`. */
export function readContainers(answer: unknown): Container[] {
  return list(answer, 'containers').map((container, i) =>
    readContainer(container, `containers[${String(i)}]`),
  );
}
