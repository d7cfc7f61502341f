import { expect } from 'chai';
import { durationMs } from '../../src/lib/config/duration.js';
import { membershipsOf } from '../../src/lib/config/memberships.js';
import { appNetworkName, declaredNetworks, networkNameFor } from '../../src/lib/config/network-spec.js';
import { configSchema } from '../../src/lib/config/schema.js';

const config = configSchema.parse({
  networks: {
    shared: null,
    proxy: { external: true, name: 'traefik_proxy', egress: 'warp' },
    full: {
      driver: 'bridge',
      driver_opts: { 'com.docker.network.driver.mtu': '1450' },
      internal: true,
      enable_ipv6: false,
      ipam: {
        driver: 'default',
        config: [{ subnet: '10.0.0.0/24', ip_range: '10.0.0.0/25', aux_addresses: { a: '10.0.0.9' } }],
      },
      labels: ['team=web', 'switch', 'a=b=c'],
      on_drift: 'recreate',
    },
  },
  apps: {
    '1001': { networks: { shared: { internal: true } }, services: { api: { networks: ['shared', 'full'] } } },
  },
});

describe('what a config declares', () => {
  it('is networks as the engine takes them, with nothing that was not said', () => {
    const [shared, proxy, full] = declaredNetworks(config);
    expect(shared).to.deep.include({
      spec: { name: 'shared' },
      external: false,
      onDrift: 'error',
      egress: 'any',
    });
    expect(proxy).to.deep.include({ spec: { name: 'traefik_proxy' }, external: true, egress: 'warp' });
    expect(full?.spec).to.deep.equal({
      name: 'full',
      driver: 'bridge',
      options: { 'com.docker.network.driver.mtu': '1450' },
      internal: true,
      enableIpv6: false,
      ipam: {
        driver: 'default',
        pools: [{ subnet: '10.0.0.0/24', ipRange: '10.0.0.0/25', auxAddresses: { a: '10.0.0.9' } }],
      },
      labels: { team: 'web', switch: '', a: 'b=c' },
    });
    expect(full?.onDrift).to.equal('recreate');
  });

  it("is an app's networks under the app's name", () => {
    expect(declaredNetworks(config).find(({ app }) => app === '1001')).to.deep.include({
      spec: { name: appNetworkName('1001', 'shared'), internal: true },
      path: ['apps', '1001', 'networks', 'shared'],
    });
  });

  it("is a network by key: an app's own first, then the file's, by its name", () => {
    expect(networkNameFor(config, 'shared', '1001')).to.equal('1001_shared');
    expect(networkNameFor(config, 'full', '1001')).to.equal('full');
    expect(networkNameFor(config, 'shared')).to.equal('shared');
    expect(networkNameFor(config, 'proxy')).to.equal('traefik_proxy');
    expect(networkNameFor(config, 'toString')).to.equal(undefined);
    expect(networkNameFor(config, 'shared', 'constructor')).to.equal('shared');
  });

  it('is memberships, whichever way they are written', () => {
    expect(membershipsOf(['a', 'b'], ['x'])).to.deep.equal([
      { network: 'a', aliases: ['x'] },
      { network: 'b', aliases: ['x'] },
    ]);
    expect(
      membershipsOf({ a: { aliases: ['y', 'x'], ipv4_address: '10.0.0.5' }, b: {} }, ['x']),
    ).to.deep.equal([
      { network: 'a', aliases: ['x', 'y'], ipv4: '10.0.0.5' },
      { network: 'b', aliases: ['x'] },
    ]);
  });

  it('is durations in milliseconds', () => {
    expect(['0', '250ms', '1.5s', '5m', '2h'].map(durationMs)).to.deep.equal([
      0, 250, 1500, 300_000, 7_200_000,
    ]);
  });
});
