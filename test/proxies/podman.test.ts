import { expect } from 'chai';
import type { EngineInfo } from '../../src/lib/model/engine-info.js';
import { world } from '../support/world.js';
import { home, joins, leaves, proxy, web } from './plans.js';

const podman: EngineInfo = { kind: 'podman', version: '5.4.2', apiVersion: '1.41' };

const published = [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }];

describe('The plan for a proxy on Podman', () => {
  it('joins with no word of a gateway, though the name of what it joins sorts first', () => {
    const seen = world(['proxy_default', 'app'], [proxy({ ports: published }), web({ on: ['app'] })], podman);
    for (const onGatewayMove of ['warn', 'skip'] as const) {
      expect(joins(seen, { onGatewayMove })).to.deep.equal([
        'connect http-proxy → app: routes web (VIRTUAL_HOST=shop.local)',
        home,
      ]);
    }
  });

  it('leaves what it joined, and nothing that it did not', () => {
    const seen = world(
      ['proxy_default', 'old', 'mine'],
      [proxy({ on: ['proxy_default', 'mine'], joined: ['old'] })],
      podman,
    );
    expect(joins(seen)).to.include('disconnect http-proxy ← old: no routable container left');
    expect(joins(seen)).to.include('kept http-proxy on mine: not joined by Fairlead');
  });

  it('refuses to leave any, and does nothing then', () => {
    const seen = world(
      ['proxy_default', 'old', 'shop'],
      [proxy({ on: ['proxy_default', 'old'] }), web()],
      podman,
    );
    expect(joins(seen, { leave: 'any' })).to.deep.equal([
      'refused http-proxy: leave: any cannot be kept on Podman, which does not tell the network a container was created on',
    ]);
    expect(leaves(seen, { leave: 'any' })).to.include('kept http-proxy on old: not joined by Fairlead');
  });
});
