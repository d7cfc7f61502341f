import { expect } from 'chai';
import { KernelError } from '../../../src/lib/netns/kernel-error.js';
import { readBatchOutput } from '../../../src/lib/netns/routing/ip-output.js';
import { readLinks } from '../../../src/lib/netns/routing/read-links.js';
import { readRoutes } from '../../../src/lib/netns/routing/read-routes.js';

describe('Routes as ip prints them', () => {
  const table = 21_400_007;

  it('are read with numbers and with names', () => {
    for (const [via, none] of [
      ['"type":"1",', '"type":"7"'],
      ['"type":"unicast",', '"type":"unreachable"'],
      ['', '"type":"unreachable"'],
    ]) {
      const printed = `[{${String(via)}"dst":"default","gateway":"198.18.0.9","dev":"eth0","table":"21400007","metric":77,"flags":["linkdown"]},{${String(none)},"dst":"default","table":"21400007","metric":4294967295,"flags":[]}]`;
      expect(readRoutes('ipv4', JSON.parse(printed) as [])).to.deep.equal([
        { type: 'via', family: 'ipv4', table, gateway: '198.18.0.9', device: 'eth0', metric: 77 },
        { type: 'unreachable', family: 'ipv4', table, metric: 4_294_967_295 },
      ]);
    }
  });

  it('of IPv6 may name a device that leads nowhere', () => {
    const printed = {
      type: '7',
      dst: 'default',
      dev: 'lo',
      table: '21400007',
      metric: 4_294_967_295,
      pref: 'medium',
    };
    expect(readRoutes('ipv6', [printed])).to.deep.equal([
      { type: 'unreachable', family: 'ipv6', table, metric: 4_294_967_295 },
    ]);
  });

  for (const [name, fields] of Object.entries({
    'in the main table': { dst: 'default', gateway: '198.18.0.1', dev: 'eth0', table: '254', metric: 1 },
    'in a table without number': { dst: 'default', gateway: '198.18.0.1', dev: 'eth0', metric: 1 },
    'to a network': { dst: '10.0.0.0/8', gateway: '198.18.0.1', dev: 'eth0', table: '21400007', metric: 1 },
    'over several gateways': { dst: 'default', table: '21400007', metric: 5, nexthops: [] },
    'of the other family': { dst: 'default', gateway: 'fd00::1', dev: 'eth0', table: '21400007', metric: 5 },
  })) {
    it(`are left alone ${name}`, () => {
      expect(readRoutes('ipv4', [fields])).to.deep.equal([]);
    });
  }
});

describe('What an ip batch prints', () => {
  it('is a list for each command', () => {
    expect(readBatchOutput('[{"a":1},{}]\n[]\n', 2)).to.deep.equal([[{ a: 1 }], []]);
  });

  for (const [name, printed] of Object.entries({
    'half a JSON': '[\n',
    'an answer too few': '[]\n',
    'no list': '{}\n[]\n',
    nothing: '',
  })) {
    it(`is refused where it is ${name}`, () => {
      expect(() => readBatchOutput(printed, 2)).to.throw(KernelError, 'cannot be read');
    });
  }
});

describe('Interfaces as ip prints them', () => {
  it('have kind, MAC address, and the addresses of both families', () => {
    const links = [
      { ifname: 'lo', address: '00:00:00:00:00:00' },
      { ifname: 'eth0', address: '02:42:ac:1f:07:02', linkinfo: { info_kind: 'veth' } },
      { ifname: 'tun0', linkinfo: { info_kind: 'tun', info_data: {} } },
      { ifname: 'ipip0', address: '198.18.0.3' },
    ];
    const addresses = [
      { ifname: 'eth0', addr_info: [{ family: 'inet', local: '172.31.7.2', prefixlen: 24 }] },
      { ifname: 'eth0', addr_info: [{ family: 'inet6', local: 'FD00:7:0::2' }, {}] },
      { ifname: 'gone0', addr_info: [{ local: '198.18.0.4' }] },
    ];
    expect(readLinks(links, addresses)).to.deep.equal([
      { name: 'lo', addresses: [] },
      { name: 'eth0', mac: '02:42:ac:1f:07:02', kind: 'veth', addresses: ['172.31.7.2', 'fd00:7::2'] },
      { name: 'tun0', kind: 'tun', addresses: [] },
      { name: 'ipip0', addresses: [] },
    ]);
  });
});
