import { expect } from 'chai';
import type { Container, ContainerDetails } from '../../../src/lib/model/container.js';
import type { World } from '../../../src/lib/model/world.js';
import { namespacesToRead } from '../../../src/lib/warps/namespaces-to-read.js';
import { planWarps } from '../../../src/lib/warps/plan.js';
import { planText } from '../../support/world.js';
import { bridge, declared, kernelWorld, namespaceOf, placed, type PlacedSketch } from '../scenes.js';

const net = bridge('net', '10.7.0.0/24');
const vpn = placed('vpn', { at: { net: '10.7.0.2' } });

/** Started so many minutes after midnight. */
function started(minute: number, name: string, sketch: PlacedSketch): Container {
  const container = placed(name, sketch);
  if (container.reading.read !== 'details') return container;
  const startedAt = `2026-01-01T00:${String(minute).padStart(2, '0')}:00.5Z`;
  const details: ContainerDetails = { ...container.reading.details, startedAt };
  return { ...container, reading: { read: 'details', details } };
}

const worker = (minute: number): Container => started(minute, 'worker', { at: { net: '10.7.0.3' } });
const side = (minute: number, sketch: PlacedSketch = {}): Container =>
  started(minute, 'side', {
    at: {},
    networkMode: { kind: 'container', of: 'worker' },
    labels: { 'fairlead.warp': 'vpn' },
    ...sketch,
  });

/** With a namespace of their own for those who share one: as a restart of its owner leaves them. */
function apart(...containers: Container[]): World {
  const seen = kernelWorld([net], [vpn, ...containers]);
  const [, dependent] = containers;
  if (!seen.kernel || !dependent) return seen;
  const namespaces = new Map([...seen.kernel.namespaces, [dependent.id, namespaceOf(dependent)]]);
  return { ...seen, kernel: { ...seen.kernel, namespaces } };
}

const about = (name: string, seen: World): string[] =>
  planText(planWarps(declared(), seen)).filter(line => line.includes(` ${name}: `));

const read = (seen: World): (string | undefined)[] =>
  [...namespacesToRead(declared(), seen).keys()].map(
    id => seen.containers.find(container => container.id === id)?.name,
  );

describe('A container in the network of one that was restarted since', () => {
  it('is said to have none, and whose network it shared is routed all the same', () => {
    const seen = apart(worker(20), side(10));
    expect(about('side', seen)).to.deep.equal([
      'refused side: has no network: it is still in the one that worker had before it was started anew',
    ]);
    expect(planWarps(declared(), seen).steps).to.have.length(1);
    expect(read(seen)).to.include('side');
  });

  it('is none where it was started after that one, and is not looked into', () => {
    const seen = kernelWorld([net], [vpn, worker(10), side(20)]);
    expect(about('side', seen)).to.deep.equal([]);
    expect(read(seen)).to.not.include('side');
  });

  it('is none where only the clock was set back', () => {
    const seen = apart(worker(20), side(10));
    const [owner, dependent] = ['worker', 'side'].map(name =>
      seen.containers.find(container => container.name === name),
    );
    const reading = seen.kernel?.namespaces.get(owner?.id ?? '');
    if (!seen.kernel || !dependent || !reading) throw new Error('not in the scene');
    const namespaces = new Map([...seen.kernel.namespaces, [dependent.id, reading]]);
    expect(about('side', { ...seen, kernel: { ...seen.kernel, namespaces } })).to.deep.equal([]);
  });

  it('says nothing while one of the two does not run', () => {
    const stopped = { ...worker(20), state: 'exited' } as const;
    expect(about('side', apart(stopped, side(10)))).to.deep.equal(['ignored side: not running (exited)']);
    expect(read(apart(worker(20), side(10, { state: 'exited' })))).to.not.include('side');
  });
});

describe('A container in the network of one that was removed', () => {
  it('has none any more while it runs', () => {
    expect(about('side', kernelWorld([net], [vpn, side(10)]))).to.deep.equal([
      'refused side: shares the network of container worker, which is not there',
    ]);
    expect(about('side', kernelWorld([net], [vpn, side(10, { state: 'exited' })]))).to.deep.equal([
      'ignored side: shares the network of container worker, which is not there',
    ]);
  });
});
