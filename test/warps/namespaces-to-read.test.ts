import { expect } from 'chai';
import type { Container } from '../../src/lib/model/container.js';
import type { World } from '../../src/lib/model/world.js';
import { namespacesToRead } from '../../src/lib/warps/namespaces-to-read.js';
import { planWarps } from '../../src/lib/warps/plan.js';
import { type WarpDeclaration, withCommandRoutes } from '../../src/lib/warps/routes/declaration.js';
import { bridge, declared, kernelWorld, placed } from './scenes.js';

const net = bridge('net', '10.7.0.0/24');

function read(seen: World, declaration: WarpDeclaration = declared()): string[] {
  return [...namespacesToRead(declaration, seen)].map(([id, { warpSide }]) => {
    const name = seen.containers.find(container => container.id === id)?.name ?? id;
    return warpSide ? `${name} as a warp` : name;
  });
}

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
