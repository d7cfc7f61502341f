import { expect } from 'chai';
import type { NamespaceState } from '../../../src/lib/model/namespace.js';
import { type RoutingOptions, routingFor } from '../../../src/lib/warps/policy/policy.js';
import { assignTables, tableOf } from '../../../src/lib/warps/policy/tables.js';
import { warpMetric } from '../../../src/lib/warps/policy/warp-metric.js';
import { bothFamilies, links, route, type RouteSketch } from '../../support/routes.js';
import { routingText } from '../../support/routing-text.js';

const a = String(tableOf('warp-a', 'label'));
const b = String(tableOf('warp-b', 'label'));

const state = { links };
const replies = { gatewayMacs: ['02:42:ac:1e:00:01'] };

function read(
  routes: readonly RouteSketch[],
  options: Partial<RoutingOptions> = {},
  there: Pick<NamespaceState, 'links'> | undefined = state,
): ReturnType<typeof routingFor> {
  return routingFor({ routes: routes.map(route) }, there, { base: 10_000, ...options });
}

function laidOut(...parameters: Parameters<typeof read>): string[] {
  const reading = read(...parameters);
  return reading.ok ? routingText(reading.routing) : [reading.why];
}

/** The rules that send something to a warp, without what is around them. */
function selected(routes: readonly RouteSketch[]): string[] {
  return laidOut(routes).filter(text => text.includes('→ 21'));
}

describe('the routing of a target', () => {
  it('is neighbours first, then bypasses, then what is routed; and in every table an end', () => {
    expect(laidOut([{ bypass: ['192.168.0.0/16'] }])).to.deep.equal([
      'v4 10001: all → main but /0',
      'v4 10010: 192.168.0.0/16 → main',
      `v4 10110: all → ${a}`,
      'v6 10001: all → main but /0',
      `v6 10110: all → ${a}`,
      `v4 table ${a}: via 172.30.0.2 dev eth1 metric 2`,
      `v4 table ${a}: unreachable`,
      `v6 table ${a}: unreachable`,
    ]);
  });

  it('goes through the warp in IPv6 too, where both have an address of it', () => {
    expect(laidOut([{ passage: bothFamilies }]).slice(-4)).to.deep.equal([
      `v4 table ${a}: via 172.30.0.2 dev eth1 metric 2`,
      `v4 table ${a}: unreachable`,
      `v6 table ${a}: via fd30::2 dev eth1 metric 2`,
      `v6 table ${a}: unreachable`,
    ]);
  });

  it('marks the connections that come in by its gateways', () => {
    const text = laidOut([{ bypass: ['10.0.0.0/8'] }], { replies });
    expect(text.filter(line => /10000|replies/.test(line))).to.deep.equal([
      'v4 10000: mark d6000000/ff000000 → main',
      'v6 10000: mark d6000000/ff000000 → main',
      'replies by 02:42:ac:1e:00:01',
    ]);
  });

  it('starts where the config says', () => {
    expect(laidOut([{ rules: ['10.0.0.0/8'] }], { base: 300 }).slice(0, 2)).to.deep.equal([
      'v4 301: all → main but /0',
      `v4 410: 10.0.0.0/8 → ${a}`,
    ]);
  });

  it('is nothing where nothing is routed', () => {
    expect(laidOut([{ rules: [], bypass: ['10.0.0.0/8'] }], { replies })).to.deep.equal([]);
  });
});

describe('the order of rules', () => {
  it('is from what says most to what says least', () => {
    const rules = [
      '0.0.0.0/0',
      '0.0.0.0/0 udp',
      '10.0.0.0/8',
      '0.0.0.0/0 tcp 443,8000-8999',
      '10.1.0.0/16 icmp',
      '2001:db8::/32',
      '10.0.0.0/8 tcp 22',
      '9.0.0.0/8',
    ];
    expect(selected([{ rules }])).to.deep.equal([
      `v4 10110: 10.1.0.0/16 icmp → ${a}`,
      `v4 10111: 10.0.0.0/8 tcp 22-22 → ${a}`,
      `v4 10112: 9.0.0.0/8 → ${a}`,
      `v4 10113: 10.0.0.0/8 → ${a}`,
      `v4 10114: all tcp 443-443 → ${a}`,
      `v4 10115: all tcp 8000-8999 → ${a}`,
      `v4 10116: all udp → ${a}`,
      `v4 10117: all → ${a}`,
      `v6 10110: 2001:db8::/32 → ${a}`,
    ]);
  });

  it('is one over several warps, and does not follow the order of routes', () => {
    const routes: RouteSketch[] = [
      { via: 'warp-a', rules: ['0.0.0.0/0', '::/0'] },
      { via: 'warp-b', rules: ['10.0.0.0/8'], id: '000009' },
    ];
    const expected = [`v4 10110: 10.0.0.0/8 → ${b}`, `v4 10111: all → ${a}`, `v6 10110: all → ${a}`];
    expect(selected(routes)).to.deep.equal(expected);
    expect(selected([...routes].reverse())).to.deep.equal(expected);
  });

  it('says what is said twice once', () => {
    const twice = {
      rules: ['10.0.0.0/8 tcp 80,80', '10.0.0.0/8 tcp 80'],
      bypass: ['10.1.0.0/16', '10.1.0.0/16'],
    };
    expect(laidOut([twice, { ...twice, origin: 'config' }]).slice(0, 3)).to.deep.equal([
      'v4 10001: all → main but /0',
      'v4 10010: 10.1.0.0/16 → main',
      `v4 10110: 10.0.0.0/8 tcp 80-80 → ${a}`,
    ]);
  });
});

describe('everything in IPv4 alone', () => {
  const both = [`v4 10110: all → ${a}`, `v6 10110: all → ${a}`];
  for (const [rules, expected] of [
    [['0.0.0.0/0'], both],
    [['0.0.0.0/0', '::/0'], both],
    [
      ['0.0.0.0/0', '2001:db8::/32'],
      [`v4 10110: all → ${a}`, `v6 10110: 2001:db8::/32 → ${a}`],
    ],
    [['0.0.0.0/0 tcp'], [`v4 10110: all tcp → ${a}`]],
    [['10.0.0.0/8'], [`v4 10110: 10.0.0.0/8 → ${a}`]],
    [['::/0'], [`v6 10110: all → ${a}`]],
  ] as const)
    it(`${rules.join(', ')} routes ${String(expected.length)}`, () =>
      expect(selected([{ rules }])).to.deep.equal(expected));

  it('leaves IPv6 to the route that asks for it', () => {
    const routes = [{ rules: ['0.0.0.0/0'] }, { via: 'warp-b', rules: ['::/0'] }];
    expect(selected(routes)).to.deep.equal([`v4 10110: all → ${a}`, `v6 10110: all → ${b}`]);
  });

  it('leaves IPv6 alone where it is bypassed', () => {
    const text = laidOut([{ rules: ['0.0.0.0/0'], bypass: ['::/0'] }]);
    expect(text.filter(line => line.startsWith('v6 10010'))).to.deep.equal(['v6 10010: all → main']);
  });
});

describe('a closed way', () => {
  const blocked = (sketch: RouteSketch, there?: Pick<NamespaceState, 'links'>): [string[], string[]] => {
    const reading = routingFor({ routes: [route(sketch)] }, there, { base: 10_000 });
    if (!reading.ok) return expect.fail(reading.why);
    const vias = routingText(reading.routing).filter(text => text.includes('via'));
    expect(routingText(reading.routing)).to.include.members([
      `v4 10110: all → ${a}`,
      `v4 table ${a}: unreachable`,
    ]);
    return [vias, reading.closed.map(({ route: { warp }, why }) => `${warp.name}: ${why}`)];
  };

  it('has the rules and the end of the table, and no way out', () => {
    expect(blocked({ passage: null, closed: 'its warp warp-a does not run' }, state)).to.deep.equal([
      [],
      ['warp-a: its warp warp-a does not run'],
    ]);
  });

  it('is one whose device is not there', () => {
    const [, eth0] = links;
    const there = { links: eth0 ? [eth0] : [] };
    const why = 'it has no interface with an address on tunnel that warp-a is on too';
    expect(blocked({}, there)).to.deep.equal([[], [`warp-a: ${why}`]]);
  });

  it('is one whose devices could not be read', () => {
    expect(blocked({}, undefined)).to.deep.equal([[], ['warp-a: its network interfaces could not be read']]);
  });

  it('is open where one family is', () => {
    const [vias, closed] = blocked({ passage: { ...bothFamilies, targetIpv6: 'fd30::77' } }, state);
    expect(vias).to.deep.equal([`v4 table ${a}: via 172.30.0.2 dev eth1 metric 2`]);
    expect(closed).to.deep.equal([]);
  });
});

describe('what does not fit', () => {
  const ports = Array.from({ length: 601 }, (_, index) => `10.0.0.0/8 tcp ${String(index + 1)}`);
  const subnets = Array.from({ length: 61 }, (_, index) => `10.${String(index)}.0.0/16`);
  for (const [what, sketch, why] of [
    ['rules', { rules: ports }, 'it would have 601 routing rules in IPv4, and 600 is the most'],
    ['bypasses', { bypass: subnets }, 'it would have 61 bypasses in IPv4, and 60 is the most'],
    [
      'bypasses by hand',
      { origin: 'command', bypass: subnets.slice(0, 41) },
      'it would have 41 bypasses by hand in IPv4, and 40 is the most',
    ],
  ] as const)
    it(`is refused: ${what}`, () => {
      expect(read([sketch])).to.deep.equal({
        ok: false,
        why,
        hints: ['Say the same with fewer, wider prefixes or port ranges.'],
      });
    });

  it('is nothing less than that', () => {
    expect(read([{ rules: ports.slice(1), bypass: subnets.slice(1) }]).ok).to.equal(true);
  });
});

describe('the tables of warps', () => {
  it('follow from the names, and tell what was given by hand', () => {
    expect(tableOf('warp-a', 'label')).to.equal(tableOf('warp-a', 'config'));
    // FNV-1a of 'a' is 0xe40c292c.
    expect(tableOf('a', 'config')).to.equal(21_400_000 + (0xe40c292c % 100_000));
    expect(tableOf('a', 'command')).to.equal(21_500_000 + (0xe40c292c % 100_000));
  });

  it('are one for each warp, also where two names share a number', () => {
    const [one, other] = sharingNames();
    const uses = [other, one].map(warpName => ({ warpName, origin: 'label' as const }));
    const tables = uses.map(assignTables(uses, new Set()));
    expect(tables).to.deep.equal([tableOf(one, 'label') + 1, tableOf(one, 'label')]);
    expect([...uses].reverse().map(assignTables([...uses].reverse(), new Set()))).to.deep.equal(
      tables.reverse(),
    );
  });

  it('keep out of what is taken', () => {
    const use = { warpName: 'warp-a', origin: 'command' } as const;
    const own = tableOf('warp-a', 'command');
    expect(assignTables([use], new Set([own, own + 1]))(use)).to.equal(own + 2);
  });
});

describe('the metric of a warp', () => {
  for (const [id, metric] of [
    ['000000', 1],
    ['00000a', 11],
    ['ffffff', 16_777_216],
  ] as const)
    it(`of ${id}… is ${String(metric)}`, () => expect(warpMetric(id.padEnd(64, '7'))).to.equal(metric));
});

/** Two names of one table, in their order. */
function sharingNames(): [string, string] {
  const names = new Map<number, string>();
  for (let number = 10_000; number < 99_999; number += 1) {
    const name = `warp-${String(number)}`;
    const known = names.get(tableOf(name, 'label'));
    if (known !== undefined) return [known, name];
    names.set(tableOf(name, 'label'), name);
  }
  return expect.fail('a hash without collisions');
}
