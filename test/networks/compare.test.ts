import { expect } from 'chai';
import { network } from '../support/world.js';
import type { Network, NetworkSpec } from '../../src/lib/model/network.js';
import { compareNetwork } from '../../src/lib/networks/compare.js';

type Declared = Omit<NetworkSpec, 'name'>;

function driftOf(declared: Declared, actual: Partial<Network>): string[] {
  const drift = compareNetwork({ name: 'n', ...declared }, network('n', actual));
  return [...drift.fields, ...drift.labels].map(
    ({ field, declared: want, actual: is }) => `${field}: ${want} / ${is}`,
  );
}

const pools = (
  ...list: NonNullable<NonNullable<NetworkSpec['ipam']>['pools']>
): NonNullable<NetworkSpec['ipam']> => ({
  pools: list,
});
const ipam = (...list: Network['ipam']['pools']): Network['ipam'] => ({
  driver: 'default',
  options: {},
  pools: list,
});

describe('A network compared with its declaration', () => {
  describe('shows no drift', () => {
    const cases: readonly [name: string, declared: Declared, actual: Partial<Network>][] = [
      [
        'where nothing but its name is declared',
        {},
        { internal: true, ipam: ipam({ subnet: '172.20.0.0/16' }) },
      ],
      [
        'for a gateway the engine chose itself',
        { ipam: pools({ subnet: '10.7.0.0/24' }) },
        { ipam: ipam({ subnet: '10.7.0.0/24', gateway: '10.7.0.1' }) },
      ],
      [
        'for a gateway that old engines tell only after a restart',
        { ipam: pools({ subnet: '10.7.0.0/24', gateway: '10.7.0.1' }) },
        { ipam: ipam({ subnet: '10.7.0.0/24' }) },
      ],
      [
        'for pools in another order',
        { ipam: pools({ subnet: '10.7.0.0/24' }, { subnet: 'fd00:7::/64' }) },
        { ipam: ipam({ subnet: 'fd00:7::/64' }, { subnet: '10.7.0.0/24' }) },
      ],
      [
        'for IPv6 written otherwise',
        { ipam: pools({ subnet: 'fd00:7::/64' }) },
        { ipam: ipam({ subnet: 'FD00:0007:0:0::/64' }) },
      ],
      [
        'for a pool the engine added',
        { ipam: pools({ subnet: 'fd00:7::/64' }) },
        { ipam: ipam({ subnet: 'fd00:7::/64' }, { subnet: '172.20.0.0/16' }) },
      ],
      [
        'for options and labels that others added',
        { options: { 'com.docker.network.bridge.name': 'br7' }, labels: { a: '1' } },
        {
          options: { 'com.docker.network.bridge.name': 'br7', 'com.docker.network.enable_ipv4': 'true' },
          labels: { a: '1', 'com.docker.compose.project': 'shop' },
        },
      ],
      [
        'for the driver of a config-only network',
        { configOnly: true, driver: 'bridge' },
        { configOnly: true, driver: 'null' },
      ],
      [
        'for reserved addresses as declared',
        { ipam: pools({ subnet: '10.7.0.0/24', auxAddresses: { router: '10.7.0.9' } }) },
        { ipam: ipam({ subnet: '10.7.0.0/24', auxAddresses: { router: '10.7.0.9', other: '10.7.0.8' } }) },
      ],
      [
        'for host bits that an old engine stored',
        { ipam: pools({ subnet: '10.7.0.0/24' }) },
        { ipam: ipam({ subnet: '10.7.0.5/24' }) },
      ],
    ];
    for (const [name, declared, actual] of cases) {
      it(name, () => {
        expect(driftOf(declared, actual)).to.deep.equal([]);
      });
    }
  });

  describe('shows each field that differs', () => {
    const cases: readonly [name: string, declared: Declared, actual: Partial<Network>, drift: string[]][] = [
      ['the driver', { driver: 'macvlan' }, {}, ['driver: macvlan / bridge']],
      ['internal', { internal: true }, {}, ['internal: true / false']],
      [
        'not internal, where that is said',
        { internal: false },
        { internal: true },
        ['internal: false / true'],
      ],
      ['IPv6', { enableIpv6: true }, {}, ['enable_ipv6: true / false']],
      [
        'the subnet',
        { ipam: pools({ subnet: '10.7.0.0/24' }) },
        { ipam: ipam({ subnet: '10.8.0.0/24', gateway: '10.8.0.1' }) },
        ['ipam.config: 10.7.0.0/24 / 10.8.0.0/24, gateway 10.8.0.1'],
      ],
      [
        'a gateway',
        { ipam: pools({ subnet: '10.7.0.0/24', gateway: '10.7.0.254' }) },
        { ipam: ipam({ subnet: '10.7.0.0/24', gateway: '10.7.0.1' }) },
        ['ipam.config: 10.7.0.0/24, gateway 10.7.0.254 / 10.7.0.0/24, gateway 10.7.0.1'],
      ],
      [
        'a gateway that is not the one an engine chooses without telling',
        { ipam: pools({ subnet: '10.7.0.0/24', gateway: '10.7.0.254' }) },
        { ipam: ipam({ subnet: '10.7.0.0/24' }) },
        ['ipam.config: 10.7.0.0/24, gateway 10.7.0.254 / 10.7.0.0/24'],
      ],
      [
        'a reserved address',
        { ipam: pools({ subnet: '10.7.0.0/24', auxAddresses: { router: '10.7.0.9' } }) },
        { ipam: ipam({ subnet: '10.7.0.0/24' }) },
        ['ipam.config: 10.7.0.0/24, reserved router=10.7.0.9 / 10.7.0.0/24'],
      ],
      [
        'a missing family',
        { ipam: pools({ subnet: 'fd00:7::/64' }) },
        { ipam: ipam({ subnet: '10.7.0.0/24' }) },
        ['ipam.config: fd00:7::/64 / (none)'],
      ],
      [
        'an option',
        { options: { 'com.docker.network.driver.mtu': '1400' } },
        { options: { 'com.docker.network.driver.mtu': '1500' } },
        ['driver_opts.com.docker.network.driver.mtu: 1400 / 1500'],
      ],
      ['a missing option', { options: { parent: 'eth0' } }, {}, ['driver_opts.parent: eth0 / (none)']],
      ['a label', { labels: { tier: 'web' } }, { labels: { tier: 'db' } }, ['labels.tier: web / db']],
    ];
    for (const [name, declared, actual, drift] of cases) {
      it(name, () => {
        expect(driftOf(declared, actual)).to.deep.equal(drift);
      });
    }
  });
});
