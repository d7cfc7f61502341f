import { expect } from 'chai';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findHolders } from '../../src/lib/netns/find-holders.js';

const trie = 'Main:\n  +-- 0.0.0.0/0 3 0 5\nLocal:\n  +-- 0.0.0.0/0 3 0 5\n';
const idOf = (letter: string): string => letter.repeat(64);

describe('Containers with something of ours', () => {
  let proc: string;

  async function addProcess(
    name: string,
    { namespace, tables = [], container = 'a' }: { namespace: string; tables?: number[]; container?: string },
  ): Promise<void> {
    await mkdir(join(proc, name, 'ns'), { recursive: true });
    await mkdir(join(proc, name, 'net'));
    await symlink(`net:[${namespace}]`, join(proc, name, 'ns/net'));
    const listed = tables.map(table => `Id ${String(table)}:\n  +-- 0.0.0.0/0 0 0 1\n`).join('');
    await writeFile(join(proc, name, 'net/fib_trie'), `${trie}${listed}`);
    await writeFile(join(proc, name, 'cgroup'), `0::/docker/${idOf(container)}\n`);
  }

  beforeEach(async () => {
    proc = await mkdtemp(join(tmpdir(), 'fairlead-proc-'));
    await addProcess('self', { namespace: '1', tables: [21_400_001] });
    await addProcess('1', { namespace: '1', tables: [21_400_001] });
    await writeFile(join(proc, 'uptime'), '1');
  });

  afterEach(() => rm(proc, { recursive: true }));

  it('are all that share a namespace with a table of ours', async () => {
    await addProcess('10', { namespace: '2', tables: [254, 21_400_001], container: 'b' });
    await addProcess('11', { namespace: '2', tables: [254, 21_400_001], container: 'c' });
    await addProcess('12', { namespace: '3', tables: [21_599_999], container: 'd' });
    await addProcess('14', { namespace: '5', tables: [21_600_000], container: 'f' });
    await addProcess('13', {
      namespace: '4',
      tables: [100, 2_140_000, 21_600_001, 214_000_011],
      container: 'e',
    });
    expect([...findHolders(proc)].sort()).to.deep.equal(['b', 'c', 'd', 'f'].map(idOf));
  });

  it("are never in the host's namespace", async () => {
    await addProcess('10', { namespace: '1', tables: [21_400_001], container: 'b' });
    expect(findHolders(proc).size).to.equal(0);
  });

  it('are found by the innermost of nested control groups', async () => {
    await addProcess('10', { namespace: '2', tables: [21_400_001] });
    await writeFile(join(proc, '10/cgroup'), `0::/docker/${idOf('e')}/docker/${idOf('f')}/init\n`);
    expect([...findHolders(proc)]).to.deep.equal([idOf('f')]);
  });

  it('are found by another process where the first has ended', async () => {
    await addProcess('10', { namespace: '2', tables: [21_400_001], container: 'b' });
    await addProcess('11', { namespace: '2', tables: [21_400_001], container: 'b' });
    await rm(join(proc, '10/net/fib_trie'));
    await rm(join(proc, '10/cgroup'));
    expect([...findHolders(proc)]).to.deep.equal([idOf('b')]);
  });

  it('may be those whose tables are too long to be read', async () => {
    await addProcess('10', { namespace: '2', container: 'b' });
    await writeFile(join(proc, '10/net/fib_trie'), '  |-- 10.0.0.0\n'.repeat(400_000));
    expect([...findHolders(proc)]).to.deep.equal([idOf('b')]);
  });

  it('are none where nothing may be looked at', async () => {
    await addProcess('10', { namespace: '2', tables: [21_400_001] });
    await rm(join(proc, '10/ns'), { recursive: true });
    expect(findHolders(proc).size).to.equal(0);
  });
});
