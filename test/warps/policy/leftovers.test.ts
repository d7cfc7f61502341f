import { expect } from 'chai';
import type { Container } from '../../../src/lib/model/container.js';
import { noRouting, type RoutingState } from '../../../src/lib/model/routing.js';
import { byHandRouting } from '../../../src/lib/warps/policy/by-hand.js';
import { leftovers } from '../../../src/lib/warps/policy/leftovers.js';
import { type RoutingOptions, routingFor } from '../../../src/lib/warps/policy/policy.js';
import { tableOf } from '../../../src/lib/warps/policy/tables.js';
import { links, route, type RouteSketch } from '../../support/routes.js';
import { routingText } from '../../support/routing-text.js';
import { container } from '../../support/world.js';

const options: RoutingOptions = { base: 10_000, replies: { gatewayMacs: ['02:42:ac:1e:00:02'] } };

const hand: RouteSketch = { origin: 'command', rules: ['10.0.0.0/8'], bypass: ['10.9.0.0/16'] };
const declared: RouteSketch = {
  via: 'warp-b',
  id: '000009',
  rules: ['10.1.0.0/16'],
  bypass: ['10.1.1.0/24'],
};

const t = String(tableOf('warp-a', 'command'));
const declaredTable = String(tableOf('warp-b', 'label'));

function routed(sketches: readonly RouteSketch[], more: Partial<RoutingOptions> = {}): RoutingState {
  const reading = routingFor({ routes: sketches.map(route) }, { links }, { ...options, ...more });
  return reading.ok ? reading.routing : expect.fail(reading.why);
}

function warp(settings: Partial<Container> = {}): Container {
  const endpoints = [{ networkName: 'tunnel', ipv4: '172.30.0.2', mac: '02:42:ac:1e:00:02' }];
  return container('warp-a', { id: '000001'.padEnd(64, '0'), endpoints, ...settings });
}

function left(routing: RoutingState, containers: readonly Container[]): string[] {
  return routingText(leftovers({ routing, links }, containers, options).routing);
}

describe('what is found where nothing is declared', () => {
  it('is cleared where it was declared once', () => {
    expect(left(routed([declared]), [warp()])).to.deep.equal([]);
  });

  it('stays as it is where it was routed by hand', () => {
    expect(left(routed([hand]), [warp()])).to.deep.equal(routingText(routed([hand])));
  });

  it('stays without what was declared beside it', () => {
    expect(left(routed([hand, declared]), [warp()])).to.deep.equal(routingText(routed([hand])));
  });

  for (const [what, containers] of [
    ['is not there', []],
    ['does not run', [warp({ state: 'exited' })]],
    ['has another address', [warp({ endpoints: [{ networkName: 'tunnel', ipv4: '172.30.0.3' }] })]],
    ['was recreated', [warp({ id: '000002'.padEnd(64, '0') })]],
  ] as const)
    it(`is closed where it was routed by hand and its warp ${what}`, () => {
      const closed = routingText(routed([{ ...hand, passage: null }]));
      expect(left(routed([hand]), containers))
        .to.have.members(closed)
        .and.not.include('via');
      expect(closed).to.include(`v4 table ${t}: unreachable`);
    });

  it('keeps an address of a paused warp', () => {
    expect(left(routed([hand]), [warp({ state: 'paused' })])).to.include(
      `v4 table ${t}: via 172.30.0.2 dev eth1 metric 2`,
    );
  });

  it('has its replies marked by the gateways of now, and only where they were', () => {
    const now = { ...options, replies: { gatewayMacs: ['02:42:00:00:00:77'] } };
    const texts = (routing: RoutingState): string[] =>
      routingText(leftovers({ routing, links }, [warp()], now).routing).filter(text =>
        text.includes('replies'),
      );
    expect(texts(routed([hand]))).to.deep.equal(['replies by 02:42:00:00:00:77']);
    expect(texts(routed([hand], { replies: undefined }))).to.deep.equal([]);
  });

  it('heeds no redirects, whether or not it did when it was routed', () => {
    const now = {
      ...options,
      replies: { gatewayMacs: ['02:42:00:00:00:77'], refusesRedirects: true },
    } as const;
    const bare = routed([hand], { replies: undefined });
    const refusing = routed([hand], { replies: { gatewayMacs: [], refusesRedirects: true } });
    expect(leftovers({ routing: bare, links }, [warp()], now).routing).to.deep.equal(refusing);
  });

  it('moves with the base of the config, where no replies are marked too', () => {
    const replies = { gatewayMacs: [], refusesRedirects: true } as const;
    const old = routed([hand], { base: 300, replies });
    expect(leftovers({ routing: old, links }, [warp()], { base: 10_000, replies }).routing).to.deep.equal(
      routed([hand], { replies }),
    );
  });

  it('goes where it is half placed and routes nothing yet', () => {
    const { routes } = routed([hand]);
    expect(left({ rules: [], routes }, [warp()])).to.deep.equal([]);
  });

  it('moves with the base of the config', () => {
    const old = routed([hand], { base: 300 });
    expect(left(old, [warp()])).to.deep.equal(routingText(routed([hand])));
  });

  it('is nothing where there is nothing', () => {
    expect(left(noRouting, [warp()])).to.deep.equal([]);
  });

  it('drops rules that are not understood', () => {
    const { rules, ...rest } = routed([hand]);
    const stranger = { family: 'ipv4', priority: 10_110, table: Number(t), unknown: true } as const;
    expect(left({ ...rest, rules: [...rules, stranger] }, [warp()])).to.deep.equal(
      routingText(routed([hand])),
    );
  });
});

describe('the warp of what was routed by hand', () => {
  const named = (routing: RoutingState, containers: readonly Container[]): (string | undefined)[] =>
    byHandRouting(routing, containers).tables.map(({ warp: who }) => who?.name);

  it('is the container that the metric names, whatever it is called by now', () => {
    expect(named(routed([hand]), [warp({ name: 'renamed' }), container('warp-a')])).to.deep.equal([
      'renamed',
    ]);
  });

  it('is the one with the name of the table where no way tells', () => {
    const closed = routed([{ ...hand, passage: null }]);
    expect(named(closed, [container('other'), container('warp-a')])).to.deep.equal(['warp-a']);
    expect(named(closed, [container('other')])).to.deep.equal([undefined]);
  });

  it('is told with the ways that lead to it no more', () => {
    const [table] = byHandRouting(routed([hand]), [warp({ state: 'exited' })]).tables;
    expect([table?.vias.length, table?.stale.map(({ gateway }) => gateway)]).to.deep.equal([
      0,
      ['172.30.0.2'],
    ]);
  });
});

describe('what was routed by hand beside what is declared', () => {
  const byHand = byHandRouting(routed([hand]), [warp()]);

  it('is placed among it by what it says, with its bypasses told apart', () => {
    expect(routingText(routed([declared], { byHand })).filter(text => /^v4 10|via/.test(text))).to.deep.equal(
      [
        'v4 10000: mark d6000000/ff000000 → main',
        'v4 10001: all → main but /0',
        'v4 10010: 10.1.1.0/24 → main',
        'v4 10070: 10.9.0.0/16 → main',
        `v4 10110: 10.1.0.0/16 → ${declaredTable}`,
        `v4 10111: 10.0.0.0/8 → ${t}`,
        `v4 table ${declaredTable}: via 172.30.0.2 dev eth1 metric 10`,
        `v4 table ${t}: via 172.30.0.2 dev eth1 metric 2`,
      ],
    );
  });

  it('is read again as it was', () => {
    const both = routed([declared], { byHand });
    const again = byHandRouting(both, [warp()]);
    expect(routingText(routed([declared], { byHand: again }))).to.deep.equal(routingText(both));
  });

  it('is replaced by what is given by hand for the same warp', () => {
    const anew = { ...hand, rules: ['10.3.0.0/16'], bypass: [] };
    expect(routingText(routed([anew], { byHand }))).to.deep.equal(routingText(routed([anew])));
    const closed = byHandRouting(routed([{ ...hand, passage: null }]), []);
    expect(routingText(routed([anew], { byHand: closed }))).to.deep.equal(routingText(routed([anew])));
  });

  it('stays beside what is given by hand for another warp', () => {
    const other = { ...hand, via: 'warp-c', id: '000004', rules: ['11.0.0.0/8'], bypass: [] };
    expect(routingText(routed([other], { byHand }))).to.deep.equal(routingText(routed([other, hand])));
  });
});
