import { expect } from 'chai';
import fc from 'fast-check';
import type { PolicyRoute, PolicyRule, RoutingChange } from '../../../src/lib/model/routing.js';
import { KernelError } from '../../../src/lib/netns/kernel-error.js';
import {
  formatChange,
  type RouteChange,
  type RuleChange,
} from '../../../src/lib/netns/routing/format-change.js';

const rule: PolicyRule = { family: 'ipv4', priority: 10_110, table: 21_400_007 };
const via: PolicyRoute = {
  type: 'via',
  family: 'ipv4',
  table: 21_400_007,
  gateway: '172.31.7.3',
  device: 'eth0',
  metric: 77,
};
const hostile = [
  '',
  '-6',
  '0.0.0.0',
  '10.0.0.0/8\nrule flush',
  '10.0.0.0/8 table main',
  'all',
  '\0',
  '10.0.0.1/8',
];

function line(change: RuleChange | RouteChange): string {
  return formatChange(change);
}

describe('A line of an ip batch', () => {
  const cases: readonly [RuleChange | RouteChange, string][] = [
    [
      {
        change: 'add-rule',
        rule: { ...rule, to: '11.0.0.0/8', protocol: 'tcp', ports: { first: 80, last: 443 } },
      },
      'rule add protocol 214 priority 10110 to 11.0.0.0/8 ipproto 6 dport 80-443 table 21400007',
    ],
    [
      { change: 'add-rule', rule: { ...rule, family: 'ipv6', to: 'FD00:0::/8', protocol: 'icmp' } },
      'rule add protocol 214 priority 10110 to fd00::/8 ipproto 58 table 21400007',
    ],
    [
      { change: 'delete-rule', rule: { ...rule, table: 254, mark: { value: 0xd6000000, mask: 0xff000000 } } },
      'rule delete protocol 214 priority 10110 fwmark 0xd6000000/0xff000000 table 254',
    ],
    [
      { change: 'add-rule', rule: { ...rule, table: 254, suppressPrefixLength: 0 } },
      'rule add protocol 214 priority 10110 table 254 suppress_prefixlength 0',
    ],
    [
      { change: 'delete-rule', rule: { ...rule, table: 0, unknown: true } },
      'rule delete protocol 214 priority 10110',
    ],
    [
      { change: 'set-route', route: via },
      'route replace default protocol 214 via 172.31.7.3 dev eth0 table 21400007 metric 77',
    ],
    [
      {
        change: 'delete-route',
        route: { type: 'unreachable', family: 'ipv6', table: 21_500_001, metric: 5 },
      },
      'route delete unreachable default protocol 214 table 21500001 metric 5',
    ],
  ];

  for (const [change, expected] of cases) {
    it(`is "${expected}"`, () => {
      expect(line(change)).to.equal(expected);
    });
  }

  const refused: Record<string, RuleChange | RouteChange> = {
    ...Object.fromEntries(
      hostile.map(to => [
        `the destination ${JSON.stringify(to)}`,
        { change: 'add-rule', rule: { ...rule, to } },
      ]),
    ),
    ...Object.fromEntries(
      [...hostile, '172.31.7.3 dev lo', 'fd00::1'].map(gateway => [
        `the gateway ${JSON.stringify(gateway)}`,
        { change: 'set-route', route: { ...via, gateway: gateway === '0.0.0.0' ? '' : gateway } },
      ]),
    ),
    ...Object.fromEntries(
      ['', '-batch', 'a b', 'eth0\nrule flush', 'sixteen-letters0', 'e/0'].map(device => [
        `the device ${JSON.stringify(device)}`,
        { change: 'set-route', route: { ...via, device } },
      ]),
    ),
    'a network of the other family': { change: 'add-rule', rule: { ...rule, to: 'fd00::/8' } },
    'the main table': { change: 'set-route', route: { ...via, table: 254 } },
    'a metric of none': { change: 'set-route', route: { ...via, metric: 0 } },
    'the place of the local table': { change: 'add-rule', rule: { ...rule, priority: 0 } },
    'a place behind the main table': { change: 'add-rule', rule: { ...rule, priority: 32_766 } },
    'no number': { change: 'add-rule', rule: { ...rule, table: Number.NaN } },
    'port 0': { change: 'add-rule', rule: { ...rule, protocol: 'tcp', ports: { first: 0, last: 1 } } },
    'what was not understood': { change: 'add-rule', rule: { ...rule, unknown: true } },
  };

  for (const [name, change] of Object.entries(refused)) {
    it(`is refused for ${name}`, () => {
      expect(() => line(change))
        .to.throw(KernelError)
        .with.property('failure', 'refused');
    });
  }

  it('has our number in it, and is one line of plain words, whatever it is made of', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom(...hostile, '10.0.0.0/8', 'fd00::/8', '10.1.1.1', 'eth0'),
    );
    const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(1, 254, 10_000, 21_400_001));
    const family = fc.constantFrom('ipv4', 'ipv6');
    const change = fc.oneof(
      fc.record({
        change: fc.constantFrom('add-rule', 'delete-rule'),
        rule: fc.record({ family, priority: number, table: number, to: text }, { requiredKeys: ['family'] }),
      }),
      fc.record({
        change: fc.constantFrom('set-route', 'delete-route'),
        route: fc.record({
          type: fc.constantFrom('via', 'unreachable'),
          ...{ family, table: number, metric: number, gateway: text, device: text },
        }),
      }),
    ) as unknown as fc.Arbitrary<Exclude<RoutingChange, { change: 'set-replies' | 'clear-replies' }>>;
    fc.assert(
      fc.property(change, each => {
        let written: string;
        try {
          written = line(each);
        } catch (error) {
          expect(error).to.be.instanceOf(KernelError);
          return;
        }
        expect(written).to.match(/^(?:rule|route) (?:add|delete|replace)(?: [a-zA-Z0-9_.:/-]+)+$/);
        expect(written).to.include(' protocol 214 ');
      }),
    );
  });
});
