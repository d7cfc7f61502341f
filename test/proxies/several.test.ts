import { expect } from 'chai';
import { type ContainerSketch, container, idOf, planText, world } from '../support/world.js';
import type { Container } from '../../src/lib/model/container.js';
import type { Selector } from '../../src/lib/model/selector.js';
import { type ProxyDeclaration, proxyDeclaration } from '../../src/lib/proxies/declaration.js';
import { inspectionFor, isDeclaredProxy } from '../../src/lib/proxies/inspection.js';
import { planProxies } from '../../src/lib/proxies/plan.js';
import { plans, web } from './plans.js';

const selected = (select: Selector): ProxyDeclaration => ({ ...proxyDeclaration(''), who: { select } });

const edge = (name: string, sketch: ContainerSketch = {}): Container =>
  container(name, { on: ['edge'], labels: { role: 'proxy' }, ...sketch });

describe('A selector for proxies', () => {
  const everyEdge = selected({ labels: ['role=proxy'] });

  it('means every container it matches, and each follows the containers it routes to', () => {
    const seen = world(['edge', 'shop'], [edge('edge-1'), edge('edge-2', { joined: ['shop'] }), web()]);
    expect(plans(seen, everyEdge)).to.deep.equal([
      'connect edge-1 → shop [priority -1]: routes web (VIRTUAL_HOST=shop.local)',
      'kept edge-1 on edge: its home network',
      'kept edge-2 on edge: its home network',
      'kept edge-2 on shop: routes web (VIRTUAL_HOST=shop.local)',
    ]);
  });

  it('by name is a whole name, a glob or a regular expression', () => {
    const seen = world(['edge', 'shop'], [edge('edge-1'), edge('edge-2'), edge('my-edge-1'), web()]);
    const meant = (...names: string[]): string[] =>
      planProxies([selected({ names })], seen).steps.map(step =>
        'container' in step ? step.container.name : '',
      );
    expect(meant('edge-1')).to.deep.equal(['edge-1']);
    expect(meant('edge-?')).to.deep.equal(['edge-1', 'edge-2']);
    expect(meant('re:edge-1$')).to.deep.equal(['edge-1', 'my-edge-1']);
  });

  it('does not let replicas count each other: they would keep each other everywhere', () => {
    const labels = { role: 'proxy', 'traefik.enable': 'true' };
    const replicas = [
      edge('edge-1', { labels, joined: ['old'] }),
      edge('edge-2', { labels, joined: ['old'] }),
    ];
    const steps = planText(planProxies([everyEdge], world(['edge', 'old'], replicas))).slice(0, 2);
    expect(steps).to.deep.equal([
      'disconnect edge-1 ← old: no routable container left',
      'disconnect edge-2 ← old: no routable container left',
    ]);
  });

  it('does not mean one-off containers, which have the labels of their service', () => {
    const oneOff = edge('edge-run-1', { labels: { role: 'proxy', 'com.docker.compose.oneoff': 'True' } });
    expect(isDeclaredProxy([everyEdge])(oneOff)).to.equal(false);
    expect(plans(world(['edge', 'shop'], [oneOff, web()]), everyEdge)).to.deep.equal([
      'refused role=proxy: there is no container that is selected',
    ]);
  });

  it('says what stands in the way of each, and does the rest', () => {
    const inHostMode = edge('edge-1', { networkMode: { kind: 'host' }, endpoints: [] });
    expect(plans(world(['edge', 'shop'], [inHostMode, edge('edge-2'), web()]), everyEdge)).to.deep.equal([
      'connect edge-2 → shop [priority -1]: routes web (VIRTUAL_HOST=shop.local)',
      'unchanged edge-1: in host mode: it reaches every bridge network from the host and joins none',
      'kept edge-2 on edge: its home network',
    ]);
  });

  it('by environment has what may be one inspected, and says so where that failed', () => {
    const byEnv = selected({ env: ['PROXY=1'], names: ['edge-*'] });
    const asked = (sketch: ContainerSketch, name: string): boolean =>
      inspectionFor([byEnv])(container(name, { unreadable: null, state: 'exited', ...sketch }));
    expect(asked({}, 'edge-1')).to.equal(true);
    expect(asked({}, 'web')).to.equal(false);
    const unread = edge('edge-1', { unreadable: 'the engine failed' });
    expect(plans(world(['edge', 'shop'], [unread, web()]), byEnv)).to.deep.equal([
      'refused edge-1: could not read whether it is the proxy: the engine failed',
    ]);
  });
});

describe('A name from a command line', () => {
  it('is that one container, whatever it looks like', () => {
    const seen = world(['edge', 'shop'], [edge('edge-1'), web()]);
    expect(plans(seen, proxyDeclaration('edge-*'))).to.deep.equal([
      'refused edge-*: there is no container of this name',
    ]);
  });

  it('may be an ID’s beginning, and stands for nothing if that of two', () => {
    const one = edge('edge-1', { id: 'abcdef0123'.padEnd(64, '1') });
    const two = edge('edge-2', { id: 'abcdef0123'.padEnd(64, '2') });
    expect(plans(world(['edge'], [one]), proxyDeclaration('abcdef0123'))).to.deep.equal([
      'kept edge-1 on edge: its home network',
    ]);
    expect(plans(world(['edge'], [one, two]), proxyDeclaration('abcdef0123'))).to.deep.equal([
      'refused abcdef0123: the name stands for 2 containers',
    ]);
  });
});

describe('Several proxies', () => {
  it('of which one is declared twice follow the first declaration, and say so', () => {
    const seen = world(['edge', 'shop'], [edge('edge-1'), web()]);
    const second = { ...proxyDeclaration('edge-1'), leave: 'never' as const };
    expect(plans(seen, selected({ labels: ['role'] }), second)).to.deep.equal([
      'connect edge-1 → shop [priority -1]: routes web (VIRTUAL_HOST=shop.local)',
      'kept edge-1 on edge: its home network',
      'warning edge-1: edge-1 is declared twice: what counts is role, which comes first',
    ]);
  });

  it('that route to each other do not follow each other’s joins', () => {
    const front = edge('front', { on: ['front'], joined: ['inner', 'shop'] });
    const inner = edge('inner', { on: ['inner'], joined: ['front', 'shop'], env: { VIRTUAL_HOST: 'inner' } });
    const routed = { ...front, labels: { 'traefik.enable': 'true' } };
    const steps = plans(
      world(['front', 'inner', 'shop'], [routed, inner]),
      proxyDeclaration('front'),
      proxyDeclaration('inner'),
    ).filter(line => line.startsWith('disconnect'));
    // Each stays on the other's home, and both leave the shop that is gone.
    expect(steps).to.deep.equal([
      'disconnect front ← shop: no routable container left',
      'disconnect inner ← shop: no routable container left',
    ]);
  });

  it('are not kept anywhere by a container in their own namespace', () => {
    const sidecar = container('sidecar', {
      networkMode: { kind: 'container', of: idOf('ctr front') },
      endpoints: [],
      labels: { 'traefik.enable': 'true' },
    });
    const seen = world(['edge', 'old'], [edge('front', { joined: ['old'] }), sidecar]);
    expect(plans(seen, proxyDeclaration('front'))).to.deep.equal([
      'disconnect front ← old: no routable container left',
      'kept front on edge: its home network',
    ]);
  });
});
