import { expect } from 'chai';
import { link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerProcess } from '../../src/lib/model/namespace.js';
import { KernelError } from '../../src/lib/netns/kernel-error.js';
import { openNamespace } from '../../src/lib/netns/open-namespace.js';
import type { ConfirmProcess } from '../../src/lib/netns/kernel.js';

const id = 'c0ffee'.padEnd(64, '0');
const app: ContainerProcess = { id, name: 'app\u001b[2J', pid: 4711, startedAt: '2026-01-01T00:00:00.1Z' };

async function failureOf(proc: string, process = app, confirm?: ConfirmProcess): Promise<KernelError> {
  try {
    await using opened = await openNamespace(process, { proc, ...(confirm && { confirm }) });
    throw new Error(`opened ${String(opened.inode)}`);
  } catch (error) {
    if (error instanceof KernelError) return error;
    throw error;
  }
}

describe('A namespace to be opened', () => {
  let proc: string;

  /** A process in the namespace of another one, or in one of its own. */
  async function addProcess(name: string, cgroup: string, sharedWith?: string): Promise<void> {
    await mkdir(join(proc, name, 'ns'), { recursive: true });
    await writeFile(join(proc, name, 'cgroup'), cgroup);
    const path = join(proc, name, 'ns/net');
    if (sharedWith === undefined) await writeFile(path, '');
    else await link(join(proc, sharedWith, 'ns/net'), path);
  }

  beforeEach(async () => {
    proc = await mkdtemp(join(tmpdir(), 'fairlead-proc-'));
    await addProcess('self', '0::/user.slice\n');
    await addProcess('1', '0::/init.scope\n');
  });

  afterEach(() => rm(proc, { recursive: true }));

  for (const [name, cgroup] of Object.entries({
    'by systemd': `0::/system.slice/docker-${id}.scope\n`,
    'by cgroupfs': `0::/docker/${id}\n`,
    'of cgroups v1': `12:memory:/docker/${id}\n1:name=systemd:/docker/${id}\n`,
    'with groups of its own': `0::/docker/${id}/init.scope\n`,
  })) {
    it(`is the container's, by its control group ${name}`, async () => {
      await addProcess('4711', cgroup);
      await using opened = await openNamespace(app, { proc, confirm: () => Promise.resolve(app) });
      expect(opened.fd).to.be.greaterThan(2);
      expect(opened.pid).to.equal(4711);
    });
  }

  it('has no descriptor any more once it is closed', async () => {
    await addProcess('4711', `0::/docker/${id}\n`);
    const opened = await openNamespace(app, { proc });
    await opened[Symbol.asyncDispose]();
    expect(opened.fd).to.be.lessThan(0);
  });

  for (const shared of ['self', '1']) {
    it(`is refused where it is the one of ${shared}, whosever the process is`, async () => {
      await addProcess('4711', `0::/docker/${id}\n`, shared);
      const asked: ConfirmProcess = () => Promise.reject(new Error('asked'));
      expect(await failureOf(proc, app, asked)).to.include({ failure: 'host-namespace', exit: 1 });
    });
  }

  it("is refused where the process is another container's, or none's", async () => {
    for (const cgroup of [`0::/docker/${id.replace('c', 'd')}\n`, '0::/user.slice\n', '']) {
      await addProcess('4711', cgroup);
      const error = await failureOf(proc);
      expect(error.failure).to.equal('not-here');
      expect(error.message).to.include('app\\e[2J').and.include('4711');
      expect(error.hints.join()).to.include('another host');
    }
  });

  it('is nobody’s by a part of an ID', async () => {
    await addProcess('4711', `0::/docker/${id}\n`);
    for (const part of ['', 'c0ffee', id.slice(0, 63), 'docker']) {
      expect((await failureOf(proc, { ...app, id: part })).failure).to.equal('not-here');
    }
  });

  for (const [name, now] of Object.entries({
    'has stopped': undefined,
    'runs anew': { ...app, startedAt: '2026-01-01T00:00:09.1Z' },
    'has another process': { ...app, pid: 4712 },
  })) {
    it(`is refused where the container ${name} by now`, async () => {
      await addProcess('4711', `0::/docker/${id}\n`);
      const error = await failureOf(proc, app, () => Promise.resolve(now));
      expect(error.failure).to.equal('gone');
    });
  }

  it('is refused where the process has ended', async () => {
    expect(await failureOf(proc)).to.include({ failure: 'gone' });
    await addProcess('4711', '');
    await rm(join(proc, '4711/cgroup'));
    expect(await failureOf(proc)).to.include({ failure: 'gone' });
  });
});
