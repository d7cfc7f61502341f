import { expect } from 'chai';
import { checkNetworkSpec } from '../../../src/lib/config/checks/network-checks.js';
import type { AddressPool, NetworkSpec } from '../../../src/lib/model/network.js';

/** Each problem as one line: `severity path: message [suggestion]`. */
function lines(spec: Partial<NetworkSpec>): string[] {
  return checkNetworkSpec({ name: 'net', ...spec }).map(
    ({ severity, path, message, suggestion }) =>
      `${severity} ${path.join('.') || 'name'}: ${message}${suggestion === undefined ? '' : ` [${suggestion}]`}`,
  );
}

function pools(...given: AddressPool[]): Partial<NetworkSpec> {
  return { ipam: { pools: given } };
}

const mtu = 'com.docker.network.driver.mtu';
const bridgeName = 'com.docker.network.bridge.name';

describe('network definitions', () => {
  it('finds nothing wrong with a name alone or with a full definition', () => {
    expect(lines({})).to.deep.equal([]);
    const full: Partial<NetworkSpec> = {
      name: 'back.end_1-a',
      driver: 'bridge',
      internal: true,
      enableIpv6: true,
      options: { [mtu]: '1450', [bridgeName]: 'br-backend', 'com.docker.network.bridge.enable_icc': 'false' },
      labels: { team: 'web', empty: '' },
      ipam: {
        driver: 'default',
        pools: [
          {
            subnet: '10.128.7.0/24',
            gateway: '10.128.7.1',
            ipRange: '10.128.7.128/25',
            auxAddresses: { host: '10.128.7.2' },
          },
          { subnet: 'FD00:7::/64', gateway: 'fd00:7::1' },
        ],
      },
    };
    expect(lines(full)).to.deep.equal([]);
  });

  const names: readonly [name: string, expected: RegExp][] = [
    ['', /has no name/],
    ['bridge', /makes itself/],
    ['host', /makes itself/],
    ['none', /makes itself/],
    ['default', /makes itself/],
    ['ingress', /belongs to the engine/],
    ['docker_gwbridge', /belongs to the engine/],
    ['a b', /no safe network name.*\[a-b\]/],
    ['a/b', /no safe network name.*\[a-b\]/],
    ['-x', /no safe network name.*\[x\]/],
    ['.x', /no safe network name.*\[x\]/],
    ['..', /no safe network name/],
    ['x:y', /no safe network name/],
    ['ünï', /no safe network name/],
    ['x\n', /no safe network name.*\[x\]/],
    ['%41', /no safe network name/],
    ['a'.repeat(256), /256 characters/],
    ['0123456789abcdef'.repeat(4), /looks like a network ID/],
  ];
  for (const [name, expected] of names) {
    it(`has something to say of the name ${JSON.stringify(name.slice(0, 20))}`, () => {
      const found = lines({ name });
      expect(found).to.have.length(1);
      expect(found[0]).to.match(expected);
    });
  }

  const definitions: readonly [what: string, spec: Partial<NetworkSpec>, expected: string[]][] = [
    [
      'host bits in a subnet',
      pools({ subnet: '10.77.0.5/24' }),
      [
        'error ipam.config.0.subnet: "10.77.0.5/24" has host bits set; the network is 10.77.0.0/24 [10.77.0.0/24]',
      ],
    ],
    [
      'host bits in an IP range',
      pools({ subnet: '10.0.0.0/16', ipRange: '10.0.1.1/24' }),
      [
        'error ipam.config.0.ip_range: "10.0.1.1/24" has host bits set; the network is 10.0.1.0/24 [10.0.1.0/24]',
      ],
    ],
    [
      'a gateway outside the subnet',
      pools({ subnet: '10.0.0.0/24', gateway: '10.0.1.1' }),
      ['error ipam.config.0.gateway: 10.0.1.1 is outside the subnet 10.0.0.0/24'],
    ],
    [
      'a gateway of the other family',
      pools({ subnet: '10.0.0.0/24', gateway: 'fd00::1' }),
      ['error ipam.config.0.gateway: fd00::1 is outside the subnet 10.0.0.0/24'],
    ],
    [
      'the network address as gateway',
      pools({ subnet: '10.0.0.0/24', gateway: '10.0.0.0' }),
      ['error ipam.config.0.gateway: 10.0.0.0 is the network address of 10.0.0.0/24'],
    ],
    [
      'the broadcast address as gateway',
      pools({ subnet: '10.0.0.0/24', gateway: '10.0.0.255' }),
      ['error ipam.config.0.gateway: 10.0.0.255 is the broadcast address of 10.0.0.0/24'],
    ],
    [
      'a gateway with a prefix length',
      pools({ subnet: '10.0.0.0/24', gateway: '10.0.0.1/24' }),
      ['error ipam.config.0.gateway: "10.0.0.1/24" is a prefix where one address is wanted [10.0.0.1]'],
    ],
    [
      'a gateway without subnet',
      pools({ gateway: '10.0.0.1' }),
      ['error ipam.config.0.gateway: gateway is given without the subnet it lies in'],
    ],
    [
      'an IP range without subnet',
      pools({ ipRange: '10.0.0.0/25' }),
      ['error ipam.config.0.ip_range: ip_range is given without the subnet it lies in'],
    ],
    ['an empty pool', pools({}), ['error ipam.config.0: the entry has no subnet and so asks for nothing']],
    [
      'an IP range outside the subnet',
      pools({ subnet: '10.0.0.0/24', ipRange: '10.0.1.0/25' }),
      ['error ipam.config.0.ip_range: 10.0.1.0/25 is not inside the subnet 10.0.0.0/24'],
    ],
    [
      'an IP range larger than the subnet',
      pools({ subnet: '10.0.0.0/24', ipRange: '10.0.0.0/16' }),
      ['error ipam.config.0.ip_range: 10.0.0.0/16 is not inside the subnet 10.0.0.0/24'],
    ],
    [
      'an auxiliary address outside the subnet',
      pools({ subnet: '10.0.0.0/24', auxAddresses: { router: '10.0.1.9' } }),
      ['error ipam.config.0.aux_addresses.router: 10.0.1.9 is outside the subnet 10.0.0.0/24'],
    ],
    [
      'addresses reserved twice',
      pools({
        subnet: '10.0.0.0/24',
        gateway: '10.0.0.1',
        auxAddresses: { a: '10.0.0.1', b: '10.0.0.9', c: '10.0.0.9' },
      }),
      [
        'error ipam.config.0.aux_addresses.a: 10.0.0.1 is already reserved for the gateway',
        'error ipam.config.0.aux_addresses.c: 10.0.0.9 is already reserved for "b"',
      ],
    ],
    [
      'pools that overlap',
      { driver: 'macvlan', ...pools({ subnet: '10.0.0.0/16' }, { subnet: '10.0.7.0/24' }) },
      ['error ipam.config.1.subnet: 10.0.7.0/24 overlaps 10.0.0.0/16 of the same network'],
    ],
    [
      'two IPv4 subnets on a bridge',
      pools({ subnet: '10.0.0.0/24' }, { subnet: '10.1.0.0/24' }),
      [
        'error ipam.config.1.subnet: a bridge network has only one IPv4 subnet, and 10.0.0.0/24 is given already',
      ],
    ],
    [
      'a loopback subnet',
      pools({ subnet: '127.1.0.0/24' }),
      [
        'error ipam.config.0.subnet: 127.1.0.0/24 holds loopback (127.0.0.0/8): no container can have an address there',
      ],
    ],
    [
      'a subnet with no room',
      pools({ subnet: '10.0.0.0/31' }),
      ['warning ipam.config.0.subnet: 10.0.0.0/31 leaves no address for a container'],
    ],
    [
      'an IPv6 subnet without IPv6',
      pools({ subnet: 'fd00::/64' }),
      [
        'warning ipam.config.0.subnet: the engine stores the IPv6 subnet fd00::/64 and does not use it without enable_ipv6: true',
      ],
    ],
    [
      'IPv6 without a subnet',
      { enableIpv6: true },
      ['warning enable_ipv6: engines before 27.0 cannot choose an IPv6 subnet themselves'],
    ],
    [
      'neither family',
      { enableIpv4: false },
      ['error enable_ipv4: without IPv4 and IPv6 the network has no addresses at all'],
    ],
    [
      'a misspelt option',
      { options: { 'com.docker.network.bridge.enable_ic': 'false' } },
      [
        'warning driver_opts.com.docker.network.bridge.enable_ic: "com.docker.network.bridge.enable_ic" is no option Docker knows; it stores it and does nothing [com.docker.network.bridge.enable_icc]',
      ],
    ],
    [
      'an option of another driver',
      { driver: 'macvlan', options: { [bridgeName]: 'br0' } },
      [`warning driver_opts.${bridgeName}: "${bridgeName}" is for the bridge driver; macvlan ignores it`],
    ],
    [
      'an option that is a number',
      { options: { [mtu]: 1450 as unknown as string } },
      [
        `error driver_opts.${mtu}: the value of "${mtu}" is no string, and the engine takes only strings ["1450"]`,
      ],
    ],
    ['a bad MTU', { options: { [mtu]: 'abc' } }, [`error driver_opts.${mtu}: "abc" is no MTU for "${mtu}"`]],
    [
      'an MTU too small for IPv6',
      { options: { [mtu]: '1200' }, enableIpv6: true, ...pools({ subnet: 'fd00::/64' }) },
      [
        `warning driver_opts.${mtu}: an MTU of 1200 is below 1280, with which Linux has no IPv6 on an interface`,
      ],
    ],
    [
      'a boolean in words',
      { options: { 'com.docker.network.bridge.enable_icc': 'no' } },
      [
        'error driver_opts.com.docker.network.bridge.enable_icc: "no" is no boolean for "com.docker.network.bridge.enable_icc" [false]',
      ],
    ],
    [
      'a long bridge name',
      { options: { [bridgeName]: 'br-0123456789abc' } },
      [
        `error driver_opts.${bridgeName}: "br-0123456789abc" has 16 characters, too many for "${bridgeName}" [br-0123456789ab]`,
      ],
    ],
    [
      'the bridge of the default network',
      { options: { [bridgeName]: 'docker0' } },
      [`error driver_opts.${bridgeName}: "docker0" is taken by another interface for "${bridgeName}"`],
    ],
    [
      'a gateway mode that does not exist',
      { options: { 'com.docker.network.bridge.gateway_mode_ipv4': 'route' } },
      [
        'error driver_opts.com.docker.network.bridge.gateway_mode_ipv4: "route" is no gateway mode for "com.docker.network.bridge.gateway_mode_ipv4" [routed]',
      ],
    ],
    ['the host driver', { driver: 'host' }, ['error driver: an engine has only one "host" network, its own']],
    [
      'a misspelt driver',
      { driver: 'brigde' },
      ['warning driver: "brigde" is no driver of the engine [bridge]'],
    ],
    [
      'attachable on a bridge',
      { attachable: true },
      [
        'warning attachable: attachable only matters to overlay networks; containers can be attached to this one anyway',
      ],
    ],
    [
      "Fairlead's own label",
      { labels: { 'fairlead.managed': 'true' } },
      ['error labels.fairlead.managed: "fairlead.managed" is the label Fairlead itself sets'],
    ],
    [
      'a config-only network that is more',
      { configOnly: true, internal: true, attachable: true, configFrom: 'other' },
      [
        'error internal: internal is not for a config-only network: it belongs where the config is used',
        'error attachable: attachable is not for a config-only network: it belongs where the config is used',
        'error config_from: a config-only network cannot take its config from another',
      ],
    ],
    [
      'a config from elsewhere and one of its own',
      {
        configFrom: 'cfg',
        labels: { a: 'b' },
        options: { [mtu]: '1400' },
        ...pools({ subnet: '10.0.0.0/24' }),
      },
      [
        'error ipam: ipam comes from "cfg"; the engine refuses both',
        'error driver_opts: driver_opts comes from "cfg"; the engine refuses both',
        'error labels: labels comes from "cfg"; the engine refuses both',
      ],
    ],
    ['a config from itself', { configFrom: 'net' }, ['error config_from: names no other network']],
  ];
  for (const [what, spec, expected] of definitions) {
    it(`finds ${what}`, () => {
      expect(lines(spec)).to.deep.equal(expected);
    });
  }

  it('takes the plugin drivers and options it does not know', () => {
    expect(
      lines({ driver: 'weaveworks/net-plugin:latest', options: { 'works.weave.multicast': 'true' } }),
    ).to.deep.equal([]);
  });

  it('reports everything at once', () => {
    const found = lines({
      name: 'a b',
      driver: 'none',
      options: { [mtu]: 'x' },
      ...pools({ subnet: '10.0.0.1/24' }, { gateway: 'x' }),
    });
    expect(found).to.have.length(5);
  });
});
