import { expect } from 'chai';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { KernelError } from '../../src/lib/netns/kernel-error.js';
import { toolRunner } from '../../src/lib/netns/run-tool.js';
import { programFinder, systemFolders, toolFolders } from '../../src/lib/netns/tool-folders.js';
import type { RunTool } from '../../src/lib/netns/tools.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-tools-'));
});

afterEach(() => rm(folder, { recursive: true }));

async function addTool(name: string, script: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
}

/** What a tool writes to a file, once it has. */
async function textOf(file: string): Promise<string> {
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text !== '') return text;
    await setTimeout(5);
  }
}

function runner(): RunTool {
  const folders = [folder, '/usr/bin', '/bin'];
  return toolRunner({ folders, findProgram: programFinder(folders) });
}

async function failureOf(result: Promise<unknown>): Promise<KernelError> {
  try {
    await result;
  } catch (error) {
    if (error instanceof KernelError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('Folders of tools', () => {
  it("are the system's own before any other", async () => {
    await chmod(folder, 0o755);
    expect(toolFolders(`${folder}:/usr/bin:${folder}`)).to.deep.equal([...systemFolders, folder]);
    expect(toolFolders()).to.deep.equal(systemFolders);
  });

  it('are not those that others than root can write to, nor relative ones', async () => {
    for (const mode of [0o775, 0o757, 0o1777]) {
      await chmod(folder, mode);
      expect(toolFolders(`${folder}:.:bin::/nowhere`)).to.deep.equal(systemFolders);
    }
  });

  it('are looked through again for what was not found, and not for what was', async () => {
    const find = programFinder([folder]);
    expect(await find('nft')).to.equal(undefined);
    await writeFile(join(folder, 'nft'), 'not to be run');
    expect(await find('nft')).to.equal(undefined);
    await addTool('nft', 'exit 0');
    expect(await find('nft')).to.equal(join(folder, 'nft'));
    await rm(join(folder, 'nft'));
    expect(await find('nft')).to.equal(join(folder, 'nft'));
  });
});

describe('A tool', () => {
  it('is given its arguments as they are, and its input whole', async () => {
    await addTool('ip', 'for word in "$@"; do echo "<$word>"; done; cat; exit 3');
    const input = 'rule add\n'.repeat(20_000);
    const result = await runner()({ tool: 'ip', args: ['$(id)', 'a b', ';'], input });
    expect(result).to.deep.equal({ exitCode: 3, stdout: `<$(id)>\n<a b>\n<;>\n${input}`, stderr: '' });
  });

  it('has an input that has no name and ends, or none', async () => {
    await addTool('ip', 'readlink /proc/self/fd/0');
    expect((await runner()({ tool: 'ip', args: [], input: 'x' })).stdout).to.match(/\(deleted\)\n$/);
    expect((await runner()({ tool: 'ip', args: [] })).stdout).to.equal('/dev/null\n');
  });

  it('has nothing of our environment', async () => {
    await addTool('ip', 'env; pwd');
    const { stdout } = await runner()({ tool: 'ip', args: [] });
    const lines = stdout.trimEnd().split('\n');
    const variables = lines.filter(line => line.includes('=')).map(line => line.split('=')[0]);
    expect(variables.sort()).to.deep.equal(['LC_ALL', 'PATH', 'PWD']);
    expect(lines.at(-1)).to.equal('/');
  });

  it('leads a session of its own, so that Ctrl-C at the terminal does not reach it', async () => {
    await addTool('ip', 'echo $$; cut -d" " -f5,6 /proc/$$/stat');
    const { stdout } = await runner()({ tool: 'ip', args: [] });
    const [pid = '', sessions = ''] = stdout.split('\n');
    expect(sessions).to.equal(`${pid} ${pid}`);
  });

  it('that is nowhere is named, with the package it is in', async () => {
    const error = await failureOf(runner()({ tool: 'conntrack', args: [] }));
    expect(error).to.include({ failure: 'tool', exit: 1 });
    expect(error.hints.join()).to.include('conntrack');
  });

  it('that cannot be started says why', async () => {
    await writeFile(join(folder, 'ip'), '#!/nowhere\n');
    await chmod(join(folder, 'ip'), 0o755);
    expect((await failureOf(runner()({ tool: 'ip', args: [] }))).message).to.match(
      /^Could not start ip: .*ENOENT/,
    );
  });

  it('that says too much is not read to the end', async () => {
    await addTool('ip', 'exec cat /dev/zero');
    expect((await failureOf(runner()({ tool: 'ip', args: [] }))).failure).to.equal('no-answer');
  });

  it('that is killed gives no answer', async () => {
    await addTool('ip', 'kill -KILL $$');
    const error = await failureOf(runner()({ tool: 'ip', args: [] }));
    expect(error.message).to.equal('ip was ended by SIGKILL.');
  });

  for (const [when, hasStarted] of [
    ['while it is being looked for', false],
    ['while it runs', true],
  ] as const) {
    it(`ends when it is no longer wanted ${when}`, async () => {
      await addTool('ip', 'echo $$ > "$1.new"; mv "$1.new" "$1"; exec sleep 1000');
      const stop = new AbortController();
      const started = join(folder, 'started');
      const running = runner()({ tool: 'ip', args: [started] }, stop.signal);
      const pid = hasStarted ? await textOf(started) : undefined;
      stop.abort(new Error('enough'));
      const reason = await running.then(String, (error: unknown) => (error as Error).message);
      expect(reason).to.equal('enough');
      if (pid !== undefined) expect(() => process.kill(Number(pid), 0)).to.throw(/ESRCH/);
    });
  }

  it('that leaves somebody behind who holds its output is not waited for when it has said too much', async () => {
    await addTool('ip', 'sleep 1000 & echo $! > "$1"; exec cat /dev/zero');
    const other = join(folder, 'other');
    expect((await failureOf(runner()({ tool: 'ip', args: [other] }))).failure).to.equal('no-answer');
    process.kill(Number(await textOf(other)));
  });
});
