import type { Container } from '../../src/lib/model/container.js';

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
