import { expect } from 'chai';
import fc from 'fast-check';
import {
  noRouting,
  type PolicyRule,
  type RoutingChange,
  type RoutingState,
} from '../../src/lib/model/routing.js';
import { routingChanges } from '../../src/lib/warps/changes/changes.js';
import { routingFor } from '../../src/lib/warps/policy/policy.js';
import { applyChange, applyChanges, isIn, prefixLength } from '../support/kernel-routing.js';
import { type MainTable, type Packet, pathOf, pathText } from '../support/packet-path.js';
import { links, route, type RouteSketch } from '../support/routes.js';
import { changeText, routingText } from '../support/routing-text.js';

const main: MainTable = {
  specific: ['172.30.0.0/16', '172.31.0.0/16', 'fd30::/64', 'fd31::/64'],
  hasDefault: true,
};

const destinations = ['0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/16', '8.8.8.8/32', '::/0', '2001:db8::/32'];
const selectors = ['', ' tcp', ' udp', ' icmp', ' tcp 80', ' tcp 80-443', ' udp 53,443'];

const rules = fc.uniqueArray(
  fc.tuple(fc.constantFrom(...destinations), fc.constantFrom(...selectors)).map(parts => parts.join('')),
  { minLength: 1, maxLength: 4 },
);

const sketches: fc.Arbitrary<RouteSketch[]> = fc
  .uniqueArray(
    fc.record({
      via: fc.constantFrom('warp-a', 'warp-b', 'warp-c'),
      id: fc.constantFrom('00000a', '00000b'),
      origin: fc.constantFrom('label', 'config', 'command'),
      rules,
      bypass: fc.subarray(['10.1.0.0/16', '8.8.0.0/16', '0.0.0.0/0', '2001:db8::/32'], { maxLength: 2 }),
      gateway: fc.constantFrom('2', '3'),
      open: fc.constantFrom('no', 'ipv4', 'both'),
    }),
    { minLength: 1, maxLength: 3, selector: ({ via }) => via },
  )
  .map(list =>
    list.map(({ gateway, open, ...sketch }): RouteSketch => {
      const own = `${gateway}${sketch.via === 'warp-a' ? '1' : '2'}`;
      if (open === 'no') return { ...sketch, passage: null };
      const ipv4 = { ipv4: `172.30.0.${own}`, mac: `02:42:00:00:00:${own}` };
      return {
        ...sketch,
        passage: open === 'both' ? { ...ipv4, ipv6: `fd30::${own}`, targetIpv6: 'fd30::9' } : ipv4,
      };
    }),
  );

const replies = { gatewayMacs: ['02:42:ac:1e:00:01'] };
const refusal = { gatewayMacs: [], refusesRedirects: true } as const;
const markings = fc.constantFrom(undefined, replies, refusal, { ...refusal, ...replies });
const bases = fc.constantFrom(10_000, 10_001, 10_100, 10_600, 20_000, 500);

/** Much the same again and again: rules that differ in little meet at the same priorities. */
const similar: fc.Arbitrary<RoutingState> = fc
  .subarray(['0.0.0.0/0', '10.0.0.0/8', '10.0.0.0/8 tcp', '0.0.0.0/0 tcp', '0.0.0.0/0 tcp 80'], {
    minLength: 1,
  })
  .map(texts => {
    const options = { base: 10_000 };
    const reading = routingFor({ routes: [route({ rules: texts })] }, { links }, options);
    if (!reading.ok) throw new Error(reading.why);
    return reading.routing;
  });

/** What Fairlead wants of a namespace. */
const wanted: fc.Arbitrary<RoutingState> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(noRouting) },
  { weight: 3, arbitrary: similar },
  {
    weight: 6,
    arbitrary: fc.tuple(sketches, bases, markings).map(([list, base, marking]) => {
      const reading = routingFor({ routes: list.map(route) }, { links }, { base, replies: marking });
      if (!reading.ok) throw new Error(reading.why);
      return reading.routing;
    }),
  },
);

/** What a run that was cut short has left. */
const leftBehind = fc
  .tuple(wanted, wanted, wanted, fc.nat(), fc.nat())
  .map(([first, second, third, a, b]) => {
    const once = cutShort(first, second, a);
    return cutShort(once, third, b);
  });

/** What is there after somebody else has been at it with our protocol number. */
const tamperedWith = fc
  .tuple(leftBehind, fc.nat(), fc.nat(), fc.nat(3), fc.boolean())
  .map(([state, a, b, what, unknown]): RoutingState => {
    const like = state.rules[a % Math.max(1, state.rules.length)];
    if (what === 0 || !like) return { ...state, routes: withoutOne(state.routes, b) };
    if (what === 1) return { ...state, rules: withoutOne(state.rules, b) };
    const { family, priority, table } = like;
    const stray: PolicyRule = unknown
      ? {
          family,
          priority,
          table: what === 2 ? table : 254,
          to: family === 'ipv4' ? '8.8.0.0/16' : '2001:db8::/32',
          unknown,
        }
      : { ...like, to: family === 'ipv4' ? '8.0.0.0/8' : '2001::/16' };
    const at = state.rules.indexOf(like) + (b % 2);
    return { ...state, rules: [...state.rules.slice(0, at), stray, ...state.rules.slice(at)] };
  });

const found = fc.oneof(fc.constant(noRouting), wanted, leftBehind, tamperedWith);

const packets: Packet[] = [
  '10.1.2.3',
  '10.2.2.2',
  '8.8.8.8',
  '1.1.1.1',
  '172.31.0.7',
  '2001:db8::1',
  '2606::1',
  'fd31::7',
]
  .flatMap(to =>
    (
      [
        ['tcp', 80],
        ['tcp', 443],
        ['tcp', 22],
        ['udp', 53],
        ['icmp', undefined],
      ] as const
    ).map(([protocol, port]) => ({
      family: to.includes(':') ? ('ipv6' as const) : ('ipv4' as const),
      to,
      protocol,
      ...(port !== undefined && { port }),
    })),
  )
  .flatMap((packet): Packet[] => (packet.port === 80 ? [packet, { ...packet, mark: 0xd6000007 }] : [packet]));

function cutShort(from: RoutingState, to: RoutingState, where: number): RoutingState {
  const changes = routingChanges(from, to);
  return applyChanges(from, changes.slice(0, where % (changes.length + 1)));
}

function withoutOne<T>(items: readonly T[], where: number): T[] {
  return items.filter((_, index) => index !== where % items.length);
}

/** Every state on the way, with the change that led to it. */
function* wayThere(from: RoutingState, changes: readonly RoutingChange[]): Generator<[string, RoutingState]> {
  let state = from;
  for (const change of changes) {
    state = applyChange(state, change);
    yield [changeText(change), state];
  }
}

function paths({ rules: all, routes, replies }: RoutingState): string[] {
  const parts = { ipv4: noRouting, ipv6: noRouting };
  for (const family of ['ipv4', 'ipv6'] as const)
    parts[family] = {
      rules: all.filter(rule => rule.family === family),
      routes: routes.filter(route => route.family === family),
      ...(replies && { replies }),
    };
  return packets.map(packet => pathText(pathOf(packet, parts[packet.family], main)));
}

function isEmpty({ rules: some, routes, replies }: RoutingState): boolean {
  return some.length === 0 && routes.length === 0 && !replies;
}

/** What `/proc/PID/net/fib_trie` shows: tables of IPv4 with a route in them. */
function isFound({ routes }: RoutingState): boolean {
  return routes.some(({ family, table }) => family === 'ipv4' && /^21[45]\d{5}$/.test(String(table)));
}

describe('laws of routing', () => {
  it('brings about what is wanted, from whatever is found, and then has nothing to do', () => {
    fc.assert(
      fc.property(found, wanted, (from, to) => {
        const after = applyChanges(from, routingChanges(from, to));
        expect(routingText(after)).to.have.members(routingText(to));
        expect(routingChanges(after, to)).to.deep.equal([]);
      }),
      { numRuns: 400 },
    );
  });

  it('sends every packet, at every moment, where it went, where it will go, or nowhere', () => {
    fc.assert(
      fc.property(found, wanted, (from, to) => {
        const [before, after] = [paths(from), paths(to)];
        for (const [change, state] of wayThere(from, routingChanges(from, to)))
          for (const [index, path] of paths(state).entries())
            expect(
              [before[index], after[index], 'unreachable'],
              `${JSON.stringify(packets[index])} ${change}`,
            ).to.include(path);
      }),
      { numRuns: 120 },
    );
  });

  it('uses no gateway that is not wanted once the first changes are made', () => {
    fc.assert(
      fc.property(found, wanted, (from, to) => {
        const changes = routingChanges(from, to);
        const vias = (state: RoutingState): string[] =>
          routingText({ ...state, rules: [] }).filter(text => text.includes('via'));
        const [stale, fresh] = [
          vias(from).filter(text => !vias(to).includes(text)),
          vias(to).filter(text => !vias(from).includes(text)),
        ];
        const texts = changes.map(changeText);
        const closed = texts.findLastIndex(text => stale.some(via => text === `- ${via}`));
        const opened = texts.findIndex(text => fresh.some(via => text === `+ ${via}`));
        expect(
          texts.slice(0, closed + 1).filter(text => !/^- .*via|^\+ .*unreachable/.test(text)),
        ).to.deep.equal([]);
        if (opened >= 0)
          expect(texts.slice(opened).filter(text => !/^\+ .*via/.test(text))).to.deep.equal([]);
      }),
    );
  });

  it('can be found for as long as anything of it is there', () => {
    const placed = fc.oneof(wanted, leftBehind);
    fc.assert(
      fc.property(placed, wanted, (from, to) => {
        for (const [change, state] of wayThere(from, routingChanges(from, to)))
          expect(isEmpty(state) || isFound(state), change).to.equal(true);
      }),
    );
  });

  it('removes all of it, and nothing else', () => {
    fc.assert(
      fc.property(found, from => {
        const changes = routingChanges(from, noRouting);
        expect(isEmpty(applyChanges(from, changes))).to.equal(true);
        const texts = routingText(from).map(text => `- ${text}`);
        const removed = changes.map(changeText).filter(text => text.startsWith('-'));
        expect(removed).to.include.members(texts.filter(text => !text.includes('replies')));
      }),
    );
  });

  it('touches nothing that is already as wanted, where only one route more is wanted', () => {
    fc.assert(
      fc.property(wanted, to => {
        const [first] = to.rules;
        fc.pre(first !== undefined);
        const from = { ...to, rules: to.rules.filter(rule => rule !== first) };
        expect(routingChanges(from, to)).to.deep.equal([{ change: 'add-rule', rule: first }]);
      }),
    );
  });
});

describe('laws of a policy', () => {
  const settled = fc.tuple(sketches, bases).map(([list, base]) => {
    const reading = routingFor({ routes: list.map(route) }, { links }, { base, replies });
    if (!reading.ok) throw new Error(reading.why);
    return { list, routing: reading.routing };
  });

  it('keeps neighbours near, bypasses past the warp, and sends the rest by the rule that says most', () => {
    fc.assert(
      fc.property(settled, ({ list, routing }) => {
        for (const packet of packets.filter(({ mark }) => mark === undefined))
          expect(expectedPaths(packet, list), JSON.stringify(packet)).to.include(
            pathText(pathOf(packet, routing, main)),
          );
      }),
      { numRuns: 400 },
    );
  });

  it('answers what came in from outside the way it came', () => {
    fc.assert(
      fc.property(settled, ({ routing }) => {
        fc.pre(routing.replies !== undefined);
        for (const packet of packets.filter(({ mark }) => mark !== undefined))
          expect(pathText(pathOf(packet, routing, main))).to.be.oneOf(['main', 'local-net']);
      }),
    );
  });

  it('lets nobody past who marks what he sends himself, where no replies are marked', () => {
    fc.assert(
      fc.property(fc.tuple(sketches, bases), ([list, base]) => {
        const [refusing, bare] = [refusal, undefined].map(marking => {
          const reading = routingFor({ routes: list.map(route) }, { links }, { base, replies: marking });
          if (!reading.ok) throw new Error(reading.why);
          return reading.routing;
        });
        for (const packet of packets)
          expect(pathText(pathOf(packet, refusing ?? noRouting, main)), JSON.stringify(packet)).to.equal(
            pathText(pathOf(packet, bare ?? noRouting, main)),
          );
      }),
    );
  });
});

/** Told from the words of the config alone. More than one only where two warps are given the very same rule. */
function expectedPaths(packet: Packet, list: readonly RouteSketch[]): string[] {
  const covers = (prefix: string): boolean =>
    prefix.includes(':') === packet.to.includes(':') && isIn(packet.to, prefix);
  if (main.specific.some(covers)) return ['local-net'];
  if (list.some(({ bypass = [] }) => bypass.some(covers))) return ['main'];
  const explicit = list.flatMap(({ rules: texts = [] }) => texts);
  const matches = list.flatMap(sketch => {
    const texts = sketch.rules ?? [];
    const implied =
      texts.includes('0.0.0.0/0') && !texts.some(text => text.includes(':')) && !explicit.includes('::/0');
    return [...texts, ...(implied ? ['::/0'] : [])].flatMap(text => {
      const [to = '', protocol, ports] = text.split(' ');
      const spans = ports?.split(',').map(span => span.split('-').map(Number)) ?? [undefined];
      return spans.flatMap(span => {
        const [first = 0, last = first] = span ?? [];
        const hit = covers(to) && (protocol ?? packet.protocol) === packet.protocol;
        if (!hit || (span && !((packet.port ?? -1) >= first && (packet.port ?? -1) <= last))) return [];
        const says = prefixLength(to) * 1e6 + (span ? 5e5 - (last - first) : protocol ? 1 : 0);
        return [{ says, path: pathThrough(sketch, packet) }];
      });
    });
  });
  if (matches.length === 0) return ['main'];
  const most = Math.max(...matches.map(({ says }) => says));
  return matches.filter(({ says }) => says === most).map(({ path }) => path);
}

function pathThrough({ passage }: RouteSketch, { family }: Packet): string {
  const gateway = passage?.[family];
  return gateway === undefined ? 'unreachable' : `via ${gateway} dev eth1`;
}
