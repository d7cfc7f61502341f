import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { hostProcesses } from '../../../src/lib/watch/departures/host-processes.js';

const id = 'c0ffee'.padEnd(64, '0');

/** The fields of proc_pid_stat(5) up to the start. */
const stat = (state: string, began: number, { name = 'sh', threads = 1 } = {}): string =>
  `7 (${name}) ${state} ${'0 '.repeat(16)}${String(threads)} 0 ${String(began)} 0 0`;

describe('The processes of this host', () => {
  let proc: string;

  beforeEach(async () => {
    proc = await mkdtemp(join(tmpdir(), 'fairlead-proc-'));
    await mkdir(join(proc, '7'));
  });
  afterEach(() => rm(proc, { recursive: true }));

  const put = async (text: string, cgroup = `0::/system.slice/docker-${id}.scope\n`): Promise<void> => {
    await writeFile(join(proc, '7', 'stat'), text);
    await writeFile(join(proc, '7', 'cgroup'), cgroup);
  };

  it('are known by the control group that is named after their container', async () => {
    await put(stat('S', 4711));
    expect(hostProcesses(proc).find(7, id)).to.deep.equal({ pid: 7, began: '4711' });
    expect(hostProcesses(proc).find(8, id)).to.equal(undefined);
    await put(stat('S', 4711), '0::/\n');
    expect(hostProcesses(proc).find(7, id)).to.equal(undefined);
  });

  for (const [what, text, isOver] of [
    ['sleeps', stat('S', 4711), false],
    ['waits for a disk', stat('D', 4711), false],
    ['is a zombie', stat('Z', 4711), true],
    ['is another one', stat('S', 4712), true],
    ['has a name like a state', stat('S', 4711, { name: 'x) Z (' }), false],
    ['lives on without its first thread', stat('Z', 4711, { threads: 2 }), false],
    ['says something else', '', false],
  ] as const) {
    it(`one that ${what} is ${isOver ? '' : 'not '}over`, async () => {
      await put(text);
      expect(hostProcesses(proc).isOver({ pid: 7, began: '4711' })).to.equal(isOver);
    });
  }

  it('one that is not there is over, and not to be found', async () => {
    await put(stat('Z', 4711));
    expect(hostProcesses(proc).find(7, id)).to.equal(undefined);
    await rm(join(proc, '7'), { recursive: true });
    expect(hostProcesses(proc).isOver({ pid: 7, began: '4711' })).to.equal(true);
  });

  it('one that lives on without its first thread is to be found', async () => {
    await put(stat('Z', 4711, { threads: 2 }));
    expect(hostProcesses(proc).find(7, id)).to.deep.equal({ pid: 7, began: '4711' });
  });

  it('one that cannot be read is not over', async () => {
    // A folder: EISDIR, as good as EMFILE or EIO.
    await mkdir(join(proc, '7', 'stat'));
    expect(hostProcesses(proc).isOver({ pid: 7, began: '4711' })).to.equal(false);
  });

  it('of this very kernel are read the same', async () => {
    const child = spawn('sleep', ['1000']);
    try {
      const pid = child.pid ?? 0;
      // No container: any control group contains nothing.
      const process = hostProcesses().find(pid, '');
      expect(process?.began).to.match(/^\d+$/);
      if (!process) return;
      expect(hostProcesses().isOver(process)).to.equal(false);
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(hostProcesses().isOver(process)).to.equal(true);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
