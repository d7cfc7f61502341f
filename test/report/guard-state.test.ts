import { expect } from 'chai';
import { guardLines } from '../../src/lib/report/guard-state.js';
import { idOf, network } from '../support/world.js';

const bridge = (name: string): string => `br-${idOf(`net ${name}`).slice(0, 12)}`;

describe('The guard in the status', () => {
  it('says of each network by whom packets get out, and what was held back', () => {
    const bridges = [
      { bridge: bridge('own'), warps: ['172.20.0.2'], dropped: 0 },
      { bridge: bridge('through'), warps: [], dropped: 1 },
      { bridge: bridge('shut'), warps: [], dropped: 12 },
      { bridge: 'br-gone', warps: [], dropped: 0 },
    ];
    const networks = ['own', 'through', 'shut'].map(name => network(name));
    const elsewhere = ({ name }: { readonly name: string }): string[] => (name === 'through' ? ['vpn'] : []);
    expect(guardLines({ whole: true, bridges }, networks, elsewhere)).to.deep.equal([
      'guard  in force',
      '  own                     out by 172.20.0.2 only                    0 packets held back',
      '  through                 out through vpn only, by another network  1 packet held back',
      '  shut                    no warp runs on it: nothing gets out      12 packets held back',
      "  br-gone (no network's)  no warp runs on it: nothing gets out      0 packets held back",
    ]);
  });

  it('says where another program has changed it, and nothing where there is none', () => {
    expect(guardLines({ whole: false, bridges: [] }, [], () => [])).to.deep.equal([
      'guard  was changed by another program: the next pass of apply or watch restores it',
    ]);
    expect(guardLines(undefined, [], () => [])).to.deep.equal([]);
  });
});
