import { mkdir, mkdtemp, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { onFileChange } from '../../../src/cli/watch/config-changes.js';
import { versionOf } from '../../../src/lib/config/source/file-version.js';
import { FakeClock } from '../../support/fake-clock.js';

describe('A config file that is followed', () => {
  let folder: string;
  let end: () => void;
  let clock: FakeClock;
  let told: number;
  let unwatchable: number;
  let isOver: boolean;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-changes-'));
    await mkdir(join(folder, 'etc'));
    isOver = false;
    [clock, told, unwatchable] = [new FakeClock(), 0, 0];
  });
  afterEach(async () => {
    isOver = true;
    end();
    await rm(folder, { recursive: true, force: true });
  });

  const versionNow = async (file: string): Promise<string> =>
    versionOf(await stat(join(folder, file), { bigint: true }));

  /** Begins to follow it, and returns once that is so. */
  async function follow(file: string, version = versionNow(file)): Promise<void> {
    end = onFileChange(join(folder, file), {
      version: await version,
      changed: () => (told += 1),
      unwatchable: () => (unwatchable += 1),
      clock,
    });
    while (clock.sleepers === 0) await setImmediate();
  }

  /** Waits until it is told of what is done, if need be after a look. */
  async function isToldOf(change: () => Promise<unknown>): Promise<void> {
    const before = told;
    await change();
    while (told === before) {
      expect(isOver, 'the test has ended').to.equal(false);
      await setImmediate();
      await clock.advance(10);
    }
  }

  /** Lets some looks pass. */
  async function pass(): Promise<void> {
    for (let i = 0; i < 3; i += 1) {
      await clock.advance(30_000);
      while (clock.sleepers === 0) await setImmediate();
    }
  }

  const write = (file: string, text: string): Promise<void> => writeFile(join(folder, file), text);

  it('is told of when it is written to, and when another one takes its place', async () => {
    await write('etc/f.yaml', 'a');
    await follow('etc/f.yaml');
    await isToldOf(() => write('etc/f.yaml', 'b'));
    await write('etc/new', 'c');
    await isToldOf(() => rename(join(folder, 'etc/new'), join(folder, 'etc/f.yaml')));
  });

  it('is told of once more by no look where nothing changed since', async () => {
    await write('etc/f.yaml', 'a');
    await follow('etc/f.yaml');
    await pass();
    expect(told).to.equal(0);
    await isToldOf(() => write('etc/f.yaml', 'b'));
    await pass();
    const after = told;
    await pass();
    expect(told).to.equal(after);
  });

  it('is told of where it changed between the reading of it and now', async () => {
    await write('etc/f.yaml', 'a');
    const version = await versionNow('etc/f.yaml');
    await write('etc/f.yaml', 'bb');
    await follow('etc/f.yaml', Promise.resolve(version));
    expect(told).to.equal(1);
    await pass();
    expect(told).to.equal(1);
  });

  it('is told of in a folder that was swapped for another one, and from then on', async () => {
    await write('etc/f.yaml', 'a');
    await follow('etc/f.yaml');
    await rename(join(folder, 'etc'), join(folder, 'old'));
    await mkdir(join(folder, 'etc'));
    await isToldOf(() => write('etc/f.yaml', 'another'));
    await pass();
    const before = clock.now();
    await isToldOf(() => write('etc/f.yaml', 'one more'));
    expect(clock.now() - before, 'no look was needed').to.be.below(30_000);
    expect(unwatchable).to.equal(0);
  });

  it('is told of where it is a link, when what that leads to changes, or when it leads elsewhere', async () => {
    await mkdir(join(folder, 'v1'));
    await mkdir(join(folder, 'v2'));
    await write('v1/f.yaml', 'a');
    await write('v2/f.yaml', 'bb');
    // As Kubernetes does it.
    await symlink('../v1', join(folder, 'etc/..data'));
    await symlink('..data/f.yaml', join(folder, 'etc/f.yaml'));
    await follow('etc/f.yaml');
    const begun = clock.now();
    await isToldOf(() => write('v1/f.yaml', 'aaa'));
    await symlink('../v2', join(folder, 'etc/..next'));
    await isToldOf(() => rename(join(folder, 'etc/..next'), join(folder, 'etc/..data')));
    expect(clock.now() - begun, 'no look was needed').to.be.below(30_000);
  });
});
