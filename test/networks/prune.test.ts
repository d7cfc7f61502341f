import { expect } from 'chai';
import { container, idOf, network, planText, world } from '../support/world.js';
import { planPrune } from '../../src/lib/networks/prune.js';

const own = { 'fairlead.managed': 'true' };

function prune(
  networks: Parameters<typeof world>[0],
  containers: Parameters<typeof world>[1] = [],
): string[] {
  return planText(planPrune(world(networks, containers), { declared: new Set(['declared']) }));
}

describe('The plan to prune networks', () => {
  it('removes what Fairlead made, nobody declares and nothing needs', () => {
    expect(prune([network('old', { labels: own })])).to.have.length(1);
  });

  it('leaves what is declared, and what somebody else made', () => {
    expect(prune([network('declared', { labels: own }), network('theirs')])).to.deep.equal([]);
  });

  it('leaves what Compose says is its own, whatever label it has from us', () => {
    const labels = { ...own, 'com.docker.compose.project': 'shop' };
    expect(prune([network('shop_default', { labels })])).to.deep.equal([]);
  });

  it('does not take labels copied from a config-only network for a mark', () => {
    const made = network('users-own', { labels: own, configFrom: 'template' });
    const template = network('template', { labels: own, configOnly: true });
    expect(prune([made, template])).to.deep.equal([]);
  });

  it('counts a stopped container as use, and one that was created on it and left it', () => {
    const old = network('old', { labels: own });
    expect(prune([old], [container('job', { on: ['old'], state: 'exited' })])[0]).to.match(
      /^kept old: .* job/,
    );
    const left = container('job', {
      networkMode: { kind: 'network', network: 'old' },
      endpoints: [{ networkName: 'bridge', networkId: idOf('net bridge') }],
    });
    expect(prune([old], [left])[0]).to.match(/^kept old: .* job/);
  });
});
