import { expect } from 'chai';
import { poolExhaustionHints } from '../../src/lib/networks/pool-exhaustion.js';
import { createNetwork } from '../../src/lib/reconcile/apply/create-network.js';
import { EngineError } from '../../src/lib/docker/failures/engine-error.js';
import { type Release, FakeDaemon } from '../support/fake-daemon.js';
import { fakeEngine } from '../support/fake-engine.js';
import { container, network, world } from '../support/world.js';

const pool = { ipam: { driver: 'default', options: {}, pools: [{ subnet: '172.20.0.0/16' }] } };

function hints(
  networks: Parameters<typeof world>[0],
  containers: Parameters<typeof world>[1] = [],
): string[] {
  return poolExhaustionHints('one-more', world(networks, containers));
}

const ways = [
  'Nor does it give what a route of its host leads to, such as a VPN’s: `ip route` shows them.',
  'Or give it a subnet of its own: fairlead network ensure one-more --subnet CIDR',
  'Or give the engine more: `default-address-pools` in its daemon.json.',
];

describe('what helps when the address pools are used up', () => {
  it('names what nothing is on: neither the engine’s own nor what a stopped container is on', () => {
    const managed = { labels: { 'fairlead.managed': 'true' } };
    const networks = [
      network('bridge', { id: 'b'.repeat(64), ...pool }),
      network('used', pool),
      network('asleep', pool),
      network('empty', pool),
      network('mine', { ...pool, ...managed }),
      network('template', { ...pool, configOnly: true }),
      network('lan', { ...pool, scope: 'swarm' }),
    ];
    expect(
      hints(networks, [
        container('web', { on: ['used'] }),
        container('old', { on: ['asleep'], state: 'exited' }),
      ]),
    ).to.deep.equal([
      '5 networks have subnets of this engine; on 2 of them is no container, not even a stopped one.',
      'To remove those that nobody needs any more:',
      'docker network rm empty',
      'Fairlead made 1 of them: fairlead network prune removes those that are not declared.',
      ...ways,
    ]);
  });

  it('says so where all of them are in use', () => {
    const used = container('web', { on: ['used'] });
    expect(hints([network('used', pool)], [used])).to.deep.equal([
      '1 network has subnets of this engine, and containers are on all of them, running or stopped.',
      ...ways,
    ]);
  });

  it('gives commands that can be pasted: no line too long, and IDs for what is no word or no one’s name', () => {
    const many = Array.from({ length: 200 }, (_, i) => network(`project-with-a-name-${String(i)}`, pool));
    const lines = hints(many).filter(line => line.startsWith('docker'));
    expect(lines).to.have.length(6);
    for (const line of lines) expect(line.length).to.be.at.most(100);
    const told = lines.join(' ').match(/project/g)?.length ?? 0;
    expect(hints(many)).to.include(`… and ${String(200 - told)} more: fairlead network list`);
    const odd = [
      network('a b; rm -rf /', { ...pool, id: '1'.repeat(64) }),
      network('twin', { ...pool, id: '2'.repeat(64) }),
      network('twin', { ...pool, id: '3'.repeat(64) }),
    ];
    expect(hints(odd)[2]).to.equal('docker network rm 111111111111 222222222222 333333333333');
  });

  for (const [release, status] of [
    ['20.10', 404],
    ['26.1', 404],
    ['28.5', 400],
  ] as const satisfies readonly (readonly [Release, number])[]) {
    it(`comes with the failure of a create on ${release}, and nothing is removed`, async () => {
      const daemon = new FakeDaemon(release);
      for (let i = 0; i < 30; i += 1) daemon.addNetwork(`n${String(i)}`);
      daemon.addContainer('old', { networks: ['n7'], state: 'exited' });
      const create = (): Promise<unknown> =>
        createNetwork(fakeEngine(daemon), { name: 'one-more' }, release === '20.10');
      const failure: unknown = await create().catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(EngineError).and.to.include({ failure: 'pool-exhausted', status });
      const { hints: told } = failure as EngineError;
      expect(told[0]).to.match(/^31 networks have subnets .* on 29 of them is no container/);
      expect(told.join(' ')).to.include(' n6 ').and.not.include(' n7 ');
      expect(daemon.calls.filter(call => call.startsWith('DELETE'))).to.deep.equal([]);
      // Without a list the failure is as the engine told it.
      daemon.intercept = call => (call === 'GET /networks' ? { status: 500, body: {} } : undefined);
      const bare: unknown = await create().catch((error: unknown) => error);
      expect(bare).to.include({ failure: 'pool-exhausted' });
    });
  }
});
