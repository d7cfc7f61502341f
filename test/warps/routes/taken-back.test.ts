import { expect } from 'chai';
import { defaultConfig } from '../../../src/lib/config/default-config.js';
import type { FairleadConfig } from '../../../src/lib/config/schema.js';
import { warpDeclaration } from '../../../src/lib/warps/routes/declaration.js';
import { takenBack } from '../../../src/lib/warps/routes/taken-back.js';

const base = defaultConfig();
const [one, two] = ['one', 'two'].map((name): FairleadConfig['warp']['routes'][number] => ({
  target: { names: [name] },
  via: 'vpn',
}));
const guarded = { external: true, on_drift: 'error', egress: 'warp' } as const;

const full: FairleadConfig = {
  ...base,
  networks: { work: guarded },
  warp: { ...base.warp, routes: one && two ? [one, two] : [] },
};

const lost = (next: FairleadConfig, inForce = full): string[] =>
  takenBack(warpDeclaration(inForce), warpDeclaration(next));

describe('What a new config takes back of warps', () => {
  it('is nothing where all that was declared still is, wherever it stands, and more besides', () => {
    expect(lost(full)).to.deep.equal([]);
    expect(lost({ ...full, warp: { ...full.warp, routes: [...full.warp.routes].reverse() } })).to.deep.equal(
      [],
    );
    expect(lost(full, base)).to.deep.equal([]);
    expect(lost({ ...full, proxies: [], attachments: [] })).to.deep.equal([]);
  });

  it('is a guard, a route, or what labels mean', () => {
    expect(lost({ ...full, networks: { work: { ...guarded, egress: 'any' } } })).to.deep.equal([
      'the guard of work',
    ]);
    expect(lost({ ...full, warp: { ...full.warp, routes: one ? [one] : [] } })).to.deep.equal([
      'warp.routes[1]',
    ]);
    expect(lost({ ...full, warp: { ...full.warp, target_label: 'other' } })).to.include(
      'what labels of targets mean',
    );
    expect(lost(base)).to.have.lengthOf(3);
  });
});
