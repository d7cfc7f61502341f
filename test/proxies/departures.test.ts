import { expect } from 'chai';
import type { Departure } from '../../src/lib/model/container.js';
import { proxyDeclaration } from '../../src/lib/proxies/declaration.js';
import { routedBy } from '../../src/lib/proxies/routed.js';
import { container, world } from '../support/world.js';
import { joins, proxy, web } from './plans.js';

const leaves = 'disconnect http-proxy ← shop: no routable container left';
const stays = 'kept http-proxy on shop: routes web (VIRTUAL_HOST=shop.local)';

const departing = (is: Departure['is'], amongOthers = false): { departure: Departure } => ({
  departure: { is, amongOthers },
});

describe('A container that the engine lists as running, and that departs', () => {
  /** What a proxy that is on its network does, and one that is not. */
  const cases: readonly [
    is: Departure['is'],
    leaveAt: 'end' | 'stop',
    amongOthers: boolean,
    on: string,
    off: 'joins' | 'waits',
  ][] = [
    ['ended', 'end', false, leaves, 'waits'],
    ['ended', 'end', true, 'kept http-proxy on shop: web has just ended, as others are', 'waits'],
    ['ended', 'stop', false, leaves, 'waits'],
    ['stopping', 'end', false, stays, 'joins'],
    ['stopping', 'end', true, stays, 'joins'],
    ['stopping', 'stop', false, leaves, 'waits'],
    ['stopping', 'stop', true, 'kept http-proxy on shop: web is being stopped, as others are', 'waits'],
  ];
  for (const [is, leaveAt, amongOthers, on, off] of cases) {
    const told = `${is}${amongOthers ? ', as others are' : ''}, with leave_at: ${leaveAt}`;

    it(`${told}: ${on}`, () => {
      const app = web(departing(is, amongOthers));
      expect(
        joins(world(['proxy_default', 'shop'], [proxy({ joined: ['shop'] }), app]), { leaveAt }),
      ).to.include(on);
    });

    it(`${told}: a proxy that is not there ${off}`, () => {
      const [first = ''] = joins(
        world(['proxy_default', 'shop'], [proxy(), web(departing(is, amongOthers))]),
        {
          leaveAt,
        },
      );
      expect(first.startsWith('connect')).to.equal(off === 'joins');
    });
  }

  it('keeps nobody who is there for another one', () => {
    const other = container('other', { on: ['shop'], env: { VIRTUAL_HOST: 'other.local' } });
    const seen = world(
      ['proxy_default', 'shop'],
      [proxy({ joined: ['shop'] }), web(departing('ended')), other],
    );
    expect(joins(seen)).to.include('kept http-proxy on shop: routes other (VIRTUAL_HOST=other.local)');
  });

  it('makes nobody leave home', () => {
    const app = web({ on: ['proxy_default'], ...departing('ended') });
    expect(joins(world(['proxy_default'], [proxy(), app]))[0]).to.equal(
      'kept http-proxy on proxy_default: its home network',
    );
  });

  it('that could not be read keeps nobody', () => {
    const app = web({ unreadable: 'timeout', ...departing('ended') });
    expect(joins(world(['proxy_default', 'shop'], [proxy({ joined: ['shop'] }), app]))).to.include(leaves);
  });

  it('is held as ever where it is between two runs of a restart loop', () => {
    const app = web({ state: 'restarting', ...departing('ended') });
    expect(joins(world(['proxy_default', 'shop'], [proxy({ joined: ['shop'] }), app]))).to.include(
      'kept http-proxy on shop: web is restarting',
    );
  });
});

describe('Whom proxies route to', () => {
  it('are those that any of them counts', () => {
    const off = container('off', { labels: { 'fairlead.proxy': 'false', 'traefik.enable': 'true' } });
    const seen = world(['proxy_default', 'shop'], [proxy(), web(), off, container('db', { on: ['shop'] })]);
    expect(routedBy([proxyDeclaration('http-proxy')], seen).map(({ name }) => name)).to.deep.equal(['web']);
    expect(routedBy([], seen)).to.deep.equal([]);
  });
});
