import { expect } from 'chai';
import { readRules } from '../../../src/lib/netns/routing/read-rules.js';
import type { Family } from '../../../src/lib/model/routing.js';

/** What iproute2 6.1 prints, with -N and without. */
const cases: readonly [name: string, family: Family, printed: string, read: object][] = [
  [
    'the mark of replies',
    'ipv4',
    '{"priority":10000,"src":"all","fwmark":"0xd6000000","fwmask":"0xff000000","table":"main","protocol":"214"}',
    { priority: 10_000, mark: { value: 0xd6000000, mask: 0xff000000 }, table: 254 },
  ],
  [
    'a mark of all bits',
    'ipv4',
    '{"priority":10000,"src":"all","fwmark":"0x5","table":"254","protocol":"214"}',
    { priority: 10_000, mark: { value: 5, mask: 0xffffffff }, table: 254 },
  ],
  [
    'what hides the default route',
    'ipv6',
    '{"priority":10001,"src":"all","table":"254","suppress_prefixlen":0,"protocol":"214"}',
    { priority: 10_001, table: 254, suppressPrefixLength: 0 },
  ],
  [
    'a network',
    'ipv6',
    '{"priority":10010,"src":"all","dst":"fd00::","dstlen":8,"table":"main","protocol":"214"}',
    { priority: 10_010, to: 'fd00::/8', table: 254 },
  ],
  [
    'one address, a protocol and a range of ports',
    'ipv4',
    '{"priority":10110,"src":"all","dst":"11.0.0.1","ipproto":"tcp","dport_start":80,"dport_end":443,"table":"21400007","protocol":"214"}',
    {
      priority: 10_110,
      to: '11.0.0.1/32',
      protocol: 'tcp',
      ports: { first: 80, last: 443 },
      table: 21_400_007,
    },
  ],
  [
    'one port, and the protocol by number',
    'ipv6',
    '{"priority":10112,"src":"all","ipproto":"ipproto-17","dport":53,"table":"21400007","protocol":"214"}',
    { priority: 10_112, protocol: 'udp', ports: { first: 53, last: 53 }, table: 21_400_007 },
  ],
  [
    "IPv6's ICMP by name",
    'ipv6',
    '{"priority":10112,"src":"all","ipproto":"ipv6-icmp","table":"21400007","protocol":"214"}',
    { priority: 10_112, protocol: 'icmp', table: 21_400_007 },
  ],
];

/** With our number, and with something that no rule of ours has. */
const strange: readonly [name: string, family: Family, printed: string][] = [
  ['not', 'ipv4', '{"priority":9,"not":null,"src":"all","table":"21400007","protocol":"214"}'],
  ['a source', 'ipv4', '{"priority":9,"src":"1.2.3.0","srclen":24,"table":"21400007","protocol":"214"}'],
  ['a device', 'ipv4', '{"priority":9,"src":"all","iif":"lo","table":"21400007","protocol":"214"}'],
  ['a source port', 'ipv4', '{"priority":9,"src":"all","sport":5,"table":"21400007","protocol":"214"}'],
  [
    'another protocol',
    'ipv4',
    '{"priority":9,"src":"all","ipproto":"sctp","table":"21400007","protocol":"214"}',
  ],
  [
    "IPv4's ICMP in IPv6",
    'ipv6',
    '{"priority":9,"src":"all","ipproto":"icmp","table":"21400007","protocol":"214"}',
  ],
  ['no table', 'ipv4', '{"priority":9,"src":"all","action":"unreachable","protocol":"214"}'],
  ['a jump', 'ipv4', '{"priority":9,"src":"all","goto":32766,"protocol":"214"}'],
  ['a named table', 'ipv4', '{"priority":9,"src":"all","table":"vpn\\n","protocol":"214"}'],
  [
    'a network that is none',
    'ipv4',
    '{"priority":9,"src":"all","dst":"1.2.3.4","dstlen":24,"table":"9","protocol":"214"}',
  ],
  [
    'a port that is none',
    'ipv4',
    '{"priority":9,"src":"all","ipproto":"tcp","dport":"ssh","table":"9","protocol":"214"}',
  ],
  ['a mark that is none', 'ipv4', '{"priority":9,"src":"all","fwmark":"5","table":"9","protocol":"214"}'],
  ['a type of service', 'ipv4', '{"priority":9,"src":"all","tos":"0x08","table":"9","protocol":"214"}'],
];

function read(family: Family, printed: string): object[] {
  return readRules(family, [JSON.parse(printed) as Record<string, unknown>]);
}

describe('Rules as ip prints them', () => {
  for (const [name, family, printed, rule] of cases) {
    it(`are read with ${name}`, () => {
      expect(read(family, printed)).to.deep.equal([{ family, ...rule }]);
    });
  }

  for (const [name, family, printed] of strange) {
    it(`are ours and not understood with ${name}`, () => {
      expect(read(family, printed)).to.have.lengthOf(1);
      expect(read(family, printed)[0]).to.include({ family, priority: 9, unknown: true });
    });
  }

  it("are nobody's business without our number", () => {
    for (const protocol of [undefined, '2', 'kernel', 'boot', 214, '0']) {
      expect(readRules('ipv4', [{ priority: 1, src: 'all', table: '21400007', protocol }])).to.deep.equal([]);
    }
  });
});
