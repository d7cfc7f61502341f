import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';

const cli = fileURLToPath(new URL('cli.ts', import.meta.url));

function engineCommand(
  ...args: string[]
): Promise<{ exitCode?: number | undefined; stdout: string; stderr: string }> {
  return execa(process.execPath, ['--import', 'tsx', cli, ...args], { reject: false });
}

describe('The command engine', () => {
  it('starts, lists, enters and stops an engine that outlives the call', async () => {
    const name = `cli-${String(process.pid)}`;
    const started = await engineCommand('start', '28.5', '--name', name, '--detach');
    expect(started.stderr).to.equal('');
    try {
      const host = `unix:///tmp/fairlead-test/${name}/docker.sock`;
      expect(started.stdout).to.equal(`export DOCKER_HOST=${host}`);
      expect((await engineCommand('list')).stdout).to.include(`${name}\t28.5\t`);
      const entered = await engineCommand(
        'exec',
        '--name',
        name,
        '--',
        'docker',
        'info',
        '--format',
        '{{.Driver}}',
      );
      expect(entered).to.include({ exitCode: 0, stderr: '' });
      expect((await engineCommand('exec', '--name', name, '--', 'sh', '-c', 'exit 7')).exitCode).to.equal(7);
      const image = await engineCommand('image', '--name', name);
      expect(image.stdout.split('\n').at(-1)).to.equal('fairlead-test/busybox');
      const run = ['docker', 'run', '--rm', 'fairlead-test/busybox', 'echo', 'hello'];
      expect((await engineCommand('exec', '--name', name, '--', ...run)).stdout).to.equal('hello');
    } finally {
      expect(await engineCommand('stop', '--name', name)).to.include({ exitCode: 0, stderr: '' });
    }
    expect((await engineCommand('list')).stdout).to.not.include(name);
  });

  for (const [args, complaint] of [
    [['start', '99'], 'no such release: 99; there are 20.10, 26.1, 28.5 (try --help)'],
    [['stop', '--name', 'none-such'], /^no engine named none-such; running are: /],
    [['fly'], 'no such command: fly (try --help)'],
    [['list', '--wings'], /^Unknown option '--wings' \(try --help\)$/],
  ] as const) {
    it(`refuses "${args.join(' ')}" in one line`, async () => {
      const { exitCode, stdout, stderr } = await engineCommand(...args);
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 1, stdout: '' });
      expect(stderr).to.match(/^engine: .*$/);
      const said = stderr.replace(/^engine: /, '');
      if (typeof complaint === 'string') expect(said).to.equal(complaint);
      else expect(said).to.match(complaint);
    });
  }
});
