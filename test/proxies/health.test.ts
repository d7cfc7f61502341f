import { expect } from 'chai';
import { world } from '../support/world.js';
import { readContainers } from '../../src/lib/docker/answers/read-container.js';
import type { ContainerState, Health } from '../../src/lib/model/container.js';
import { home, joins, proxy, web } from './plans.js';

const routes = 'routes web (VIRTUAL_HOST=shop.local)';

describe('With health: healthy', () => {
  /** State and health of the container, what a proxy does that is not on its network, and why it stays if it is. */
  const cases: readonly [
    state: ContainerState,
    health: Health | undefined,
    does: 'joins' | 'waits',
    stays: string | undefined,
  ][] = [
    ['running', undefined, 'joins', routes],
    ['running', 'healthy', 'joins', routes],
    ['running', 'starting', 'waits', 'web is starting'],
    ['running', 'unhealthy', 'waits', 'web is unhealthy'],
    // The engine does not tell the health of a paused container.
    ['paused', undefined, 'joins', routes],
    ['restarting', 'unhealthy', 'waits', 'web is restarting'],
    ['exited', 'unhealthy', 'waits', undefined],
  ];
  for (const [state, health, does, stays] of cases) {
    const app = web({ state, ...(health && { health }) });
    const networks = ['proxy_default', 'shop'];

    it(`a proxy ${does} for a container that is ${state}, ${health ?? 'without a check'}`, () => {
      const [first = ''] = joins(world(networks, [proxy(), app]), { health: 'healthy' });
      expect(first.startsWith('connect')).to.equal(does === 'joins');
    });

    it(`and ${stays === undefined ? 'leaves' : 'stays'} if it is there already`, () => {
      const lines = joins(world(networks, [proxy({ joined: ['shop'] }), app]), { health: 'healthy' });
      if (stays === undefined) {
        expect(lines[0]).to.equal('disconnect http-proxy ← shop: no routable container left');
      } else expect(lines).to.include(`kept http-proxy on shop: ${stays}`);
    });
  }

  it('an unhealthy container is told of as one that is not routed to', () => {
    const seen = world(['proxy_default', 'shop'], [proxy(), web({ health: 'unhealthy' })]);
    expect(joins(seen, { health: 'healthy' })).to.deep.equal([
      home,
      'ignored web: its health check says unhealthy',
    ]);
  });

  it('and otherwise it does not matter', () => {
    const seen = world(['proxy_default', 'shop'], [proxy(), web({ health: 'unhealthy' })]);
    expect(joins(seen)[0]).to.match(/^connect http-proxy → shop/);
  });
});

describe('The health of a container', () => {
  const listed = (entry: object): Health | undefined =>
    readContainers([{ Id: 'c0ffee'.padEnd(64, '0'), Names: ['/web'], State: 'running', ...entry }])[0]
      ?.health;
  const cases: readonly [entry: object, expected: Health | undefined][] = [
    [{ Status: 'Up 2 minutes' }, undefined],
    [{ Status: 'Up 2 minutes (healthy)' }, 'healthy'],
    [{ Status: 'Up 2 minutes (unhealthy)' }, 'unhealthy'],
    [{ Status: 'Up 1 second (health: starting)' }, 'starting'],
    [{ Status: 'Up 2 minutes (Paused)' }, undefined],
    [{ Status: 'Exited (0) 2 minutes ago' }, undefined],
    [{ Status: 'Up 2 minutes (healthy)', Health: { Status: 'unhealthy' } }, 'unhealthy'],
    [{ Status: 'Up 2 minutes', Health: { Status: 'none' } }, undefined],
    [{}, undefined],
  ];
  for (const [entry, expected] of cases) {
    it(`is ${expected ?? 'not known'} of ${JSON.stringify(entry)}`, () => {
      expect(listed(entry)).to.equal(expected);
    });
  }
});
