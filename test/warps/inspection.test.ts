import { expect } from 'chai';
import type { Container } from '../../src/lib/model/container.js';
import type { World } from '../../src/lib/model/world.js';
import { type WarpDeclaration, withCommandRoutes } from '../../src/lib/warps/routes/declaration.js';
import {
  inspectionForByHand,
  inspectionForWarps,
  namespacesToRead,
  needsKernel,
} from '../../src/lib/warps/inspection.js';
import { planWarps } from '../../src/lib/warps/plan.js';
import { bridge, declared, kernelWorld, placed, type PlacedSketch } from './scenes.js';

const net = bridge('net', '10.7.0.0/24');
const unread = (name: string, sketch: PlacedSketch = {}): Container =>
  placed(name, { at: { net: '10.7.0.9' }, unreadable: null, ...sketch });

function inspected(containers: readonly Container[], declaration: WarpDeclaration = declared()): string[] {
  const needed = inspectionForWarps(declaration);
  return containers.filter(each => needed(each, [net], containers)).map(({ name }) => name);
}

function read(seen: World, declaration: WarpDeclaration = declared()): string[] {
  return [...namespacesToRead(declaration, seen)].map(([id, { warpSide }]) => {
    const name = seen.containers.find(container => container.id === id)?.name ?? id;
    return warpSide ? `${name} as a warp` : name;
  });
}

describe('For warps are inspected', () => {
  it('targets and their warps, and nobody else', () => {
    const containers = [
      unread('vpn'),
      unread('worker', { labels: { 'fairlead.warp': 'vpn' } }),
      unread('web'),
    ];
    expect(inspected(containers)).to.deep.equal(['vpn', 'worker']);
  });

  it('containers whose name says that they are warps', () => {
    const names = ['warp-1', 'warped', 'my-warp-1', 'x-proxy'].map(name => unread(name));
    expect(inspected(names)).to.deep.equal(['warp-1']);
    expect(inspected(names, declared({ container_name_pattern: 're:^warp-\\d+$' }))).to.deep.equal([
      'warp-1',
    ]);
    expect(inspected(names, declared({ container_name_pattern: '*-proxy' }))).to.deep.equal(['x-proxy']);
    expect(inspected(names, declared({ container_name_pattern: '' }))).to.deep.equal([]);
  });

  it('the owners of namespaces', () => {
    const side = unread('side', {
      networkMode: { kind: 'container', of: 'owner' },
      labels: { 'fairlead.warp': 'mitm' },
    });
    const mitm = unread('mitm', { networkMode: { kind: 'container', of: 'vpn' } });
    expect(inspected([unread('owner'), side, mitm, unread('vpn'), unread('web')])).to.deep.equal([
      'owner',
      'side',
      'mitm',
      'vpn',
    ]);
  });

  it('whoever’s environment decides, with the warp that it may lead to', () => {
    const routes = [{ target: { names: ['w*'], env: ['TOR=1'] }, via: 'tor' }];
    expect(inspected([unread('web'), unread('api'), unread('tor')], declared({ routes }))).to.deep.equal([
      'web',
      'tor',
    ]);
  });
});

describe('For routes by hand are inspected', () => {
  const at = (network: string): PlacedSketch => ({ at: { [network]: '10.7.0.9' } });
  const containers = [
    placed('worker', at('net')),
    placed('vpn', at('net')),
    placed('web', at('other')),
    placed('crawler', { ...at('third'), labels: { 'fairlead.warp': 'tor' } }),
    placed('neighbour', at('third')),
  ];
  const byHand = (...holders: string[]): string[] => {
    const ids = new Set(containers.filter(({ name }) => holders.includes(name)).map(({ id }) => id));
    const needed = inspectionForByHand(declared(), ids);
    return containers.filter(each => needed(each, containers)).map(({ name }) => name);
  };

  it('those on a network with what nobody declares, and nobody elsewhere', () => {
    expect(byHand('worker', 'crawler')).to.deep.equal(['worker', 'vpn']);
    expect(byHand('crawler')).to.deep.equal([]);
    expect(byHand()).to.deep.equal([]);
  });
});

describe('Of namespaces are read', () => {
  const label = { 'fairlead.warp': 'vpn' };
  const at = { net: '10.7.0.3' };

  it('those of targets, of warps, and of what holds something of ours', () => {
    const routed = { old: { rules: [], routes: [] } };
    const containers = [
      placed('vpn', { at }),
      placed('worker', { at, labels: label }),
      placed('old', { at }),
      placed('web', { at }),
    ];
    expect(read(kernelWorld([net], containers, { routed }))).to.have.members([
      'vpn as a warp',
      'worker',
      'old as a warp',
    ]);
  });

  it('and whom the engine asks for their names, where it keeps a file of it', () => {
    const worker = placed('worker', { at, labels: label });
    if (worker.reading.read !== 'details') throw new Error('no details');
    const details = { ...worker.reading.details, resolvConfPath: '/data/resolv.conf' };
    const noted: Container = { ...worker, reading: { read: 'details', details } };
    const asked = namespacesToRead(declared(), kernelWorld([net], [placed('vpn', { at }), noted]));
    expect(asked.get(worker.id)).to.deep.equal({ warpSide: false, resolverFile: '/data/resolv.conf' });
  });

  it('those of warps by hand, once what was read tells of them', () => {
    const containers = [placed('vpn', { at: { net: '10.7.0.2' } }), placed('worker', { at }), placed('web')];
    const asked = withCommandRoutes(declared(), { targets: ['worker'], via: 'vpn' });
    const [step] = planWarps(asked, kernelWorld([net], containers)).steps;
    if (step?.do !== 'set-routing') throw new Error('it was not routed');
    const seen = kernelWorld([net], containers, { routed: { worker: step.routing } });
    expect(read(seen)).to.deep.equal(['worker as a warp', 'vpn as a warp']);
    const before = seen.kernel && { ...seen, kernel: { ...seen.kernel, namespaces: new Map() } };
    expect(before && read(before)).to.deep.equal(['worker as a warp']);
  });

  it('one of several that share it, and none of the host’s or of what does not run', () => {
    const containers = [
      placed('vpn', { at, state: 'exited' }),
      placed('worker', { at }),
      placed('side', { networkMode: { kind: 'container', of: 'worker' }, labels: label }),
      placed('hosted', { networkMode: { kind: 'host' }, labels: label }),
    ];
    expect(read(kernelWorld([net], containers))).to.deep.equal(['worker']);
  });
});

describe('The kernel is needed', () => {
  const web = placed('web', { at: { net: '10.7.0.3' } });

  it('by whoever declares a target, a route or a guarded network', () => {
    const worker = placed('worker', { labels: { 'fairlead.warp': 'vpn' } });
    expect(needsKernel(declared(), { containers: [web, worker] })).to.equal(true);
    expect(needsKernel(declared({}, ['net']), { containers: [web] })).to.equal(true);
    const routes = [{ target: { names: ['x'] }, via: 'vpn' }];
    expect(needsKernel(declared({ routes }), { containers: [web] })).to.equal(true);
  });

  it('by nobody else, whatever their containers are called', () => {
    expect(needsKernel(declared(), { containers: [web, placed('warp-1')] })).to.equal(false);
  });
});
