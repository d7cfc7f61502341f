import type { World } from '../../../src/lib/model/world.js';
import { type Graph } from '../../../src/lib/report/graph/graph.js';
import { buildGraph } from '../../../src/lib/report/graph/build.js';
import { container, network, world } from '../../support/world.js';

const pool = (...subnets: string[]) => ({
  ipam: { driver: 'default', options: {}, pools: subnets.map(subnet => ({ subnet })) },
});

/** One of everything that a graph shows. */
export function everything(): World {
  const managed = { 'fairlead.managed': 'true' };
  return world(
    [
      network('host', { driver: 'host' }),
      network('none', { driver: 'null' }),
      network('edge', pool('fd00:18::/64', '172.18.0.0/16')),
      network('shop_default', {
        ...pool('172.19.0.0/16'),
        labels: { 'com.docker.compose.project': 'shop' },
      }),
      network('1001_backend', {
        ...pool('10.128.7.0/24'),
        internal: true,
        labels: { ...managed, 'fairlead.app': '1001' },
      }),
      network('lan', { ...pool('192.168.7.0/24'), driver: 'macvlan' }),
      network('template', { driver: 'null', configOnly: true }),
    ],
    [
      container('shop-web-1', {
        on: ['shop_default'],
        settings: {
          '1001_backend': { driverOptions: { 'fairlead.owner': 'app' }, aliases: ['web', 'api'] },
        },
        endpoints: [
          { networkName: 'shop_default', networkId: network('shop_default').id, ipv4: '172.19.0.2' },
          { networkName: '1001_backend', networkId: network('1001_backend').id, gatewayPriority: -1 },
        ],
      }),
      container('http-proxy', {
        on: ['edge'],
        joined: ['shop_default'],
        ports: [
          { containerPort: 443, hostPort: 443, hostIp: '0.0.0.0', protocol: 'tcp' },
          { containerPort: 443, hostPort: 443, hostIp: '::', protocol: 'tcp' },
          { containerPort: 80, hostPort: 8080, hostIp: '127.0.0.1', protocol: 'tcp' },
          { containerPort: 9000, protocol: 'tcp' },
        ],
      }),
      container('nightly', { on: ['shop_default'], state: 'exited' }),
      container('metrics', { networkMode: { kind: 'host' }, on: ['host'] }),
      container('batch', { networkMode: { kind: 'none' }, on: ['none'], state: 'created' }),
      container('sidecar', {
        networkMode: { kind: 'container', of: container('shop-web-1').id },
        on: [],
      }),
      container('orphan', {
        on: ['removed'],
        state: 'exited',
      }),
    ],
  );
}

export function everythingGraph(): Graph {
  return buildGraph(everything(), { isProxy: ({ name }) => name === 'http-proxy' });
}
