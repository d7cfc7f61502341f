import { expect } from 'chai';
import { LookupError } from '../../../src/lib/model/errors.js';
import type { World } from '../../../src/lib/model/world.js';
import { buildGraph, inspectionForGraph } from '../../../src/lib/report/graph/build.js';
import { treeLines } from '../../../src/lib/report/graph/tree.js';
import { container, idOf, network, world } from '../../support/world.js';
import { everything } from './scene.js';

function tree(seen: World, ...names: string[]): string[] {
  return treeLines(buildGraph(seen, { names }), { columns: 80, unicode: true });
}

describe('what a graph shows', () => {
  it('is limited to the networks named, and to those in the network of a member', () => {
    expect(tree(everything(), 'shop_default')).to.deep.equal([
      'shop_default  172.19.0.0/16, compose:shop',
      '├─ http-proxy  proxy, joined by Fairlead',
      '├─ nightly  exited',
      '└─ shop-web-1  home, gateway',
      '',
      "In another container's network",
      '└─ sidecar  that of shop-web-1',
    ]);
    expect(tree(everything(), 'host')).to.deep.equal(["In the host's network", '└─ metrics']);
    expect(tree(everything(), 'none')).to.deep.equal(['On no network', '└─ batch  created']);
    expect(tree(everything(), 'lan', 'lan')).to.have.length(1);
  });

  it('is nothing where a name stands for no network, or for two', () => {
    expect(() => tree(everything(), 'shop')).to.throw(LookupError, 'There is no network shop');
    const twins = world(['a', network('a', { id: idOf('other') })], []);
    expect(() => tree(twins, 'a')).to.throw(LookupError, 'stands for 2 networks');
    expect(tree(twins).filter(line => line.startsWith('a'))).to.have.length(2);
  });

  it('says on which network published ports are: the gateway’s, or the home of one that is stopped', () => {
    const ports = [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }];
    const both = { on: ['zoo', 'ark'], ports };
    const lines = (state: 'running' | 'exited'): string[] =>
      tree(world(['zoo', 'ark'], [container('web', { ...both, state })])).filter(line => line.includes('80'));
    expect(lines('running')).to.deep.equal(['└─ web  gateway, 80 → 80/tcp']);
    expect(lines('exited')).to.deep.equal(['└─ web  exited, home, 80 → 80/tcp']);
  });

  it('takes no membership of a removed network for one of its namesake', () => {
    const old = container('web', {
      state: 'exited',
      endpoints: [{ networkName: 'shared', networkId: idOf('removed') }],
    });
    expect(tree(world(['shared'], [old]))).to.deep.equal([
      'bridge  engine, nothing on it',
      'shared  nothing on it',
      '',
      'On no network any more',
      '└─ web  exited, refers to shared, which is gone',
    ]);
    const fresh = container('web', { state: 'created', endpoints: [{ networkName: 'shared' }] });
    expect(tree(world(['shared'], [fresh]))[2]).to.equal('└─ web  created');
  });

  it('takes no inspect where nobody can have been connected', () => {
    const seen = everything();
    const asked = (...names: string[]): string[] =>
      seen.containers
        .filter(entry => inspectionForGraph(names)(entry, seen.networks))
        .map(({ name }) => name);
    expect(asked()).to.deep.equal(['shop-web-1', 'http-proxy']);
    expect(asked('edge')).to.deep.equal([]);
    expect(asked('1001_backend')).to.deep.equal(['shop-web-1']);
  });

  it('is built of a large host in no time', () => {
    const names = Array.from({ length: 500 }, (_, i) => `net${String(i)}`);
    const containers = Array.from({ length: 1000 }, (_, i) =>
      container(`c${String(i)}`, { on: [names[i % 500] ?? '', names[(i * 7) % 500] ?? ''] }),
    );
    const seen = world(names, containers);
    const started = performance.now();
    expect(tree(seen).length).to.be.greaterThan(2000);
    expect(performance.now() - started).to.be.lessThan(2000);
  });
});
