import { mkdir, mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { bootGuard, writtenGuard } from '../../../src/lib/netns/guard-table/boot-guard.js';
import { guardTable } from '../../../src/lib/netns/guard-table/guard-table.js';
import { replaceTable } from '../../../src/lib/netns/nft/run-nft.js';

const two = [
  { bridge: 'br-1', warps: ['10.1.0.2', 'fd00::5'] },
  { bridge: 'docker0', warps: [] },
];
const closed = two.map(({ bridge }) => ({ bridge, warps: [] }));

describe('the guard that is written down for the next boot', () => {
  let folder: string;
  let state: string;
  let warnings: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-boot-'));
    state = join(folder, 'deep', 'state');
    warnings = [];
  });
  afterEach(() => rm(folder, { recursive: true }));

  const written = (): ReturnType<typeof writtenGuard> =>
    writtenGuard(state, message => {
      warnings.push(message);
    });

  it('guards the same bridges and lets nobody out of them, in one transaction', () => {
    expect(bootGuard(two)).to.deep.equal(replaceTable(guardTable(closed)));
    expect(JSON.stringify(bootGuard(two))).not.to.include('10.1.0.2');
  });

  it('is a file of root’s alone, written as a whole, that goes with the guard', async () => {
    const guard = written();
    await guard.follow([{ bridge: 'br-0', warps: [] }]);
    await guard.follow(two);
    expect(await readdir(state)).to.deep.equal(['guard.json']);
    const file = join(state, 'guard.json');
    expect(JSON.parse(await readFile(file, 'utf8'))).to.deep.equal({ nftables: bootGuard(two) });
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    expect((await stat(state)).mode & 0o777).to.equal(0o700);
    await guard.follow([]);
    expect(await readdir(state)).to.deep.equal([]);
    await guard.follow([]);
    expect(warnings).to.deep.equal([]);
  });

  it('is whole whoever else writes it at the same time', async () => {
    await Promise.all(Array.from({ length: 20 }, async () => written().follow(two)));
    expect(await readdir(state)).to.deep.equal(['guard.json']);
    expect(JSON.parse(await readFile(join(state, 'guard.json'), 'utf8'))).to.deep.equal({
      nftables: bootGuard(two),
    });
    expect(warnings).to.deep.equal([]);
  });

  it('takes with it what somebody left who was killed at writing it, and nobody else’s draft', async () => {
    await mkdir(state, { recursive: true });
    const [old, fresh] = [join(state, 'guard.json.1'), join(state, 'guard.json.2')];
    await Promise.all([old, fresh].map(file => writeFile(file, '')));
    await utimes(old, 0, 0);
    await written().follow(two);
    expect((await readdir(state)).sort()).to.deep.equal(['guard.json', 'guard.json.2']);
  });

  it('warns where it cannot be written or removed, and throws nothing', async () => {
    await mkdir(join(folder, 'deep'));
    await writeFile(state, '');
    await written().follow(two);
    await written().follow([]);
    expect(warnings).to.have.lengthOf(2);
    expect(warnings[0]).to.match(/^Could not write down the guard for the next boot: .*EEXIST/);
    expect(warnings[1]).to.match(/^Could not remove .* after the next boot until the first pass: ENOTDIR/);
  });

  it('is made up for where it is found in force and not known to be written, once', async () => {
    const guard = written();
    const file = join(state, 'guard.json');
    await guard.makeUp(undefined);
    expect(await readdir(folder)).to.deep.equal([]);
    await guard.makeUp(two);
    expect(JSON.parse(await readFile(file, 'utf8'))).to.deep.equal({ nftables: bootGuard(two) });
    // The way out of its warps is not in it: with others there is nothing to write.
    await rm(file);
    await guard.makeUp(closed);
    await guard.makeUp(undefined);
    expect(await readdir(state)).to.deep.equal([]);
    await guard.makeUp(two.slice(1));
    await guard.makeUp([]);
    expect(await readdir(state)).to.deep.equal([]);
    expect(warnings).to.deep.equal([]);
  });

  it('is tried again where it could not be written, and told of once until it can be', async () => {
    await mkdir(join(folder, 'deep'));
    await writeFile(state, '');
    const guard = written();
    await guard.follow(two);
    await guard.makeUp(two);
    await guard.makeUp(undefined);
    expect(warnings).to.have.lengthOf(1);
    await rm(state);
    await guard.makeUp(undefined);
    expect(await readdir(state)).to.deep.equal(['guard.json']);
    await rm(state, { recursive: true });
    await writeFile(state, '');
    await guard.follow([]);
    expect(warnings).to.have.lengthOf(2);
  });

  it('leaves no draft behind where it cannot take its place', async () => {
    await mkdir(join(state, 'guard.json', 'in the way'), { recursive: true });
    await written().follow(two);
    expect(warnings).to.have.lengthOf(1);
    expect(await readdir(state)).to.deep.equal(['guard.json']);
  });
});
