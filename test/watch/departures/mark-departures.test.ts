import { expect } from 'chai';
import type { Departure } from '../../../src/lib/model/container.js';
import { type Departing, markDepartures } from '../../../src/lib/watch/departures/mark-departures.js';
import { container, idOf, world } from '../../support/world.js';

const project = (name: string): { labels: Record<string, string> } => ({
  labels: { 'com.docker.compose.project': name },
});

const containers = [
  container('web', { on: ['front'], ...project('shop') }),
  container('api', { on: ['front', 'back'], ...project('shop') }),
  container('db', { on: ['back'] }),
  container('mail', { on: ['lonely'], ...project('shop') }),
  container('blog', { on: ['blog'], ...project('blog') }),
  container('old', { on: ['bridge'] }),
  container('older', { on: ['bridge'] }),
];

/** `web db`: who departs; the marks they get. */
function marks(departs: string, is: Departure['is'] = 'ended'): string[] {
  const of = new Map(departs.split(' ').map(name => [idOf(`ctr ${name}`), { is }]));
  return markDepartures(world(['front', 'back', 'blog'], containers), of).containers.flatMap(
    ({ name, departure }) =>
      departure ? [`${name} ${departure.is}${departure.amongOthers ? ' among others' : ''}`] : [],
  );
}

describe('Who departs', () => {
  it('is marked, and nobody else', () => {
    expect(marks('web')).to.deep.equal(['web ended']);
    expect(marks('web', 'stopping')).to.deep.equal(['web stopping']);
    expect(marks('gone')).to.deep.equal([]);
  });

  it('is not who may have been asked to stop; who departs with it, departs among others', () => {
    const of = new Map<string, Departing>([
      [idOf('ctr web'), { is: 'stopping' }],
      [idOf('ctr blog'), { is: 'signalled' }],
    ]);
    const marked = markDepartures(world(['front', 'back', 'blog'], containers), of).containers;
    expect(
      marked.flatMap(({ name, departure }) => (departure ? [{ name, ...departure }] : [])),
    ).to.deep.equal([{ name: 'web', is: 'stopping', amongOthers: true }]);
  });

  for (const [departs, together] of [
    ['web api', true],
    ['web db', false],
    ['web api db', true],
    ['db api web', true],
    ['web mail', true],
    ['web blog', false],
    ['web old', false],
    // The default bridge is nobody's own.
    ['old older', false],
    ['web gone', true],
  ] as const) {
    it(`${departs}: ${together ? 'one application' : 'may be everybody'}`, () => {
      expect(marks(departs).every(mark => mark.endsWith('among others'))).to.equal(!together);
    });
  }
});
