import type {
  Container,
  ContainerDetails,
  ContainerPowers,
  Endpoint,
  EndpointSettings,
} from '../../src/lib/model/container.js';
import type { EngineInfo } from '../../src/lib/model/engine-info.js';
import type { Network } from '../../src/lib/model/network.js';
import type { Plan } from '../../src/lib/model/plan.js';
import type { World } from '../../src/lib/model/world.js';
import { describeStep, subjectOf } from '../../src/lib/report/describe.js';

export const engines: Record<'20.10' | '26.1' | '28.5' | '29.4.1', EngineInfo> = {
  '20.10': { kind: 'docker', version: '20.10.24', apiVersion: '1.41' },
  '26.1': { kind: 'docker', version: '26.1.5', apiVersion: '1.45' },
  '28.5': { kind: 'docker', version: '28.5.2', apiVersion: '1.51' },
  '29.4.1': { kind: 'docker', version: '29.4.1', apiVersion: '1.52' },
};

/** A full ID that shows what it belongs to: 64 hex digits made from a name. */
export function idOf(name: string): string {
  return Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64);
}

export function network(name: string, settings: Partial<Network> = {}): Network {
  return {
    id: idOf(`net ${name}`),
    name,
    driver: 'bridge',
    scope: 'local',
    created: '2026-01-01T00:00:00Z',
    internal: false,
    attachable: false,
    ingress: false,
    configOnly: false,
    enableIpv4: true,
    enableIpv6: false,
    ipam: { driver: 'default', options: {}, pools: [] },
    options: {},
    labels: {},
    ...settings,
  };
}

export interface ContainerSketch extends Partial<Omit<Container, 'endpoints' | 'reading'>> {
  /** Network names, the first its home unless `networkMode` says otherwise. */
  readonly on?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Networks that Fairlead joined it to. */
  readonly joined?: readonly string[];
  readonly endpoints?: readonly Endpoint[];
  readonly settings?: Readonly<Record<string, EndpointSettings>>;
  readonly publishes?: readonly string[];
  readonly powers?: ContainerPowers;
  readonly dns?: readonly string[];
  readonly pid?: number;
  /** Why it could not be inspected; null: it was not asked for. */
  readonly unreadable?: string | null;
}

export function container(name: string, sketch: ContainerSketch = {}): Container {
  const {
    on = ['bridge'],
    env = {},
    joined = [],
    settings = {},
    publishes = [],
    powers = { netAdmin: false, netRaw: true },
    dns = [],
    pid = 1234,
    unreadable,
    endpoints,
    ...rest
  } = sketch;
  const details: ContainerDetails = {
    environment: env,
    pid,
    startedAt: '2026-01-01T00:00:00Z',
    publishes,
    powers,
    dns,
    endpoints: {
      ...Object.fromEntries(on.map(key => [key, {}])),
      ...Object.fromEntries(joined.map(key => [key, { driverOptions: { 'fairlead.owner': 'proxy' } }])),
      ...settings,
    },
  };
  return {
    id: idOf(`ctr ${name}`),
    name,
    state: 'running',
    networkMode: { kind: 'network', network: on[0] ?? 'bridge' },
    labels: {},
    endpoints:
      endpoints ??
      [...on, ...joined].map(networkName => ({
        networkName,
        networkId: idOf(`net ${networkName}`),
        ipv4: '172.30.0.2',
        gatewayPriority: joined.includes(networkName) ? -1 : 0,
      })),
    ports: [],
    reading:
      unreadable === null
        ? { read: 'not-asked' }
        : unreadable === undefined
          ? { read: 'details', details }
          : { read: 'unreadable', why: unreadable },
    ...rest,
  };
}

export function world(
  networks: readonly (Network | string)[],
  containers: readonly Container[],
  engine: EngineInfo = engines['28.5'],
): World {
  return {
    engine,
    networks: [
      network('bridge'),
      ...networks.map(entry => (typeof entry === 'string' ? network(entry) : entry)),
    ],
    containers,
  };
}

/** A plan as text, one line each, which is what tests compare. */
export function planText(plan: Plan): string[] {
  return [
    ...plan.steps.map(step => {
      const { verb, subject } = describeStep(step);
      const marks = [
        ...(step.do === 'connect' && step.endpoint.gatewayPriority !== undefined
          ? [`priority ${String(step.endpoint.gatewayPriority)}`]
          : []),
        ...(step.do === 'disconnect' && step.stale ? ['stale'] : []),
      ];
      const mark = marks.length > 0 ? ` [${marks.join(', ')}]` : '';
      return `${verb} ${subject}${mark}: ${step.reason}`;
    }),
    ...plan.findings.map(finding => `${finding.find} ${subjectOf(finding)}: ${finding.reason}`),
  ];
}
