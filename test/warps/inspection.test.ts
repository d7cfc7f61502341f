import { expect } from 'chai';
import type { Container } from '../../src/lib/model/container.js';
import type { WarpDeclaration } from '../../src/lib/warps/routes/declaration.js';
import { inspectionForByHand, inspectionForWarps, needsKernel } from '../../src/lib/warps/inspection.js';
import { bridge, declared, placed, type PlacedSketch } from './scenes.js';

const net = bridge('net', '10.7.0.0/24');
const unread = (name: string, sketch: PlacedSketch = {}): Container =>
  placed(name, { at: { net: '10.7.0.9' }, unreadable: null, ...sketch });

function inspected(containers: readonly Container[], declaration: WarpDeclaration = declared()): string[] {
  const needed = inspectionForWarps(declaration);
  return containers.filter(each => needed(each, [net], containers)).map(({ name }) => name);
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
