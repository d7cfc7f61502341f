import type { Container } from '../../src/lib/model/container.js';
import type { Network } from '../../src/lib/model/network.js';

export function exampleNetwork(name: string): Network {
  return {
    id: '0'.repeat(64),
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
  };
}

export function exampleContainer(name: string, hostPort?: number): Container {
  return {
    id: '0'.repeat(64),
    name,
    state: 'running',
    networkMode: { kind: 'network', network: 'bridge' },
    labels: {},
    endpoints: [],
    ports: hostPort === undefined ? [] : [{ containerPort: 80, hostPort, protocol: 'tcp' }],
    reading: { read: 'not-asked' },
  };
}
