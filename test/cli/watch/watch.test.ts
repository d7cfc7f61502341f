import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { type RunningCli, runCli, startCli } from '../../support/cli.js';
import type { FakeDaemon } from '../../support/fake-daemon.js';
import { type BeforeAnswer, holdAt } from '../../support/fake-server.js';
import { changes, shop, withDaemon } from '../scenes.js';

interface Watched {
  readonly watch: RunningCli;
  readonly daemon: FakeDaemon;
  readonly host: string;
  readonly config: string;
  readonly declare: (text: string) => void;
}

const proxyAlone = 'proxies: [{ container: http-proxy }]\n';

interface WatchingOptions {
  readonly args?: readonly string[];
  readonly text?: string;
  /** Holds answers of the engine back. */
  readonly before?: BeforeAnswer;
}

/** A watch over a small host, ended with the test. */
async function watching(
  test: (watched: Watched) => Promise<void>,
  { args = [], text = proxyAlone, before }: WatchingOptions = {},
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-watch-'));
  const config = join(folder, 'fairlead.yaml');
  const declare = (declared: string): void => writeFileSync(config, declared);
  declare(text);
  const daemon = shop();
  try {
    await withDaemon(
      daemon,
      async ({ host }) => {
        const watch = await startCli(['watch', '--config', config, ...args], { host });
        try {
          await test({ watch, daemon, host, config, declare });
        } finally {
          watch.child.kill('SIGKILL');
          await watch.result;
        }
      },
      before,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const says =
  (...texts: string[]) =>
  (output: string): boolean =>
    texts.every(text => output.includes(text));

describe('watch', () => {
  it('does at once what is declared, and again when an event says that something changed', async () => {
    await watching(async ({ watch, daemon }) => {
      await watch.until(says('connect http-proxy → shop_default: routes shop-web-1'));
      daemon.start('blog-web-1');
      await watch.until(says('connect http-proxy → blog_default: routes blog-web-1'));
      watch.child.kill('SIGTERM');
      expect((await watch.result).exitCode).to.equal(0);
    });
  });

  it('prints an object a line with --json, and nothing else on standard output', async () => {
    await watching(
      async ({ watch }) => {
        await watch.until(says('"event":"pass"'));
        watch.child.kill('SIGINT');
        const { stdout, exitCode } = await watch.result;
        expect(exitCode).to.equal(0);
        const events = stdout
          .trimEnd()
          .split('\n')
          .map(line => JSON.parse(line) as { event: string; schemaVersion: number });
        expect(events.map(({ event }) => event)).to.deep.equal(['connected', 'pass', 'stopping']);
        expect(events.every(({ schemaVersion }) => schemaVersion === 1)).to.equal(true);
      },
      { args: ['--json'] },
    );
  });

  it('reads a config that has changed, refuses one that is wrong, and keeps the old one then', async () => {
    await watching(async ({ watch, daemon, config, declare }) => {
      await watch.until(says('connect http-proxy → shop_default'));
      declare('networks: { new: {}\n');
      await watch.until(says(`the new config is refused: the old one stays in force file=${config}`));
      await watch.until(says(`error: The config ${config} has an error.`, `error: ${config}:2:1: error: `));
      expect(watch.output()).not.to.include('Error:');
      declare(`${proxyAlone}networks: { added: {} }\n`);
      await watch.until(says('the new config is in force', 'create added'));
      expect(daemon.networks.map(({ Name }) => Name)).to.include('added');
    });
  });

  it('tells of a config that is refused or in force, with --json too', async () => {
    await watching(
      async ({ watch, config, declare }) => {
        await watch.until(says('"event":"pass"'));
        declare('networks: { new: { internl: true } }\n');
        await watch.until(says('"state":"refused"'));
        declare(`${proxyAlone}networks: { added: {} }\n`);
        await watch.until(says('"state":"in-force"'));
        watch.child.kill('SIGTERM');
        const { stdout } = await watch.result;
        const events = stdout
          .trimEnd()
          .split('\n')
          .map(line => JSON.parse(line) as Record<string, unknown>);
        const [refused, inForce, ...more] = events.filter(({ event }) => event === 'config');
        expect(more).to.deep.equal([]);
        expect(refused).to.include({ schemaVersion: 1, state: 'refused', file: config });
        expect(refused?.['problems']).to.have.lengthOf(1);
        expect(refused).to.have.nested.property('problems[0].path', 'networks.new.internl');
        expect(refused).to.have.nested.property('error.code', 'config-invalid');
        expect(inForce).to.include({ state: 'in-force', file: config });
        expect(inForce?.['problems']).to.deep.equal([]);
        expect(inForce).not.to.have.property('error');
      },
      { args: ['--json'] },
    );
  });

  it('reads the config at SIGHUP', async () => {
    await watching(async ({ watch }) => {
      await watch.until(says('connect http-proxy → shop_default'));
      watch.child.kill('SIGHUP');
      await watch.until(says('the new config is in force'));
    });
  });

  it('reads it once where it has changed and SIGHUP comes as well', async () => {
    await watching(async ({ watch, declare }) => {
      await watch.until(says('connect http-proxy → shop_default'));
      declare(`${proxyAlone}networks: { added: {} }\n`);
      watch.child.kill('SIGHUP');
      await watch.until(says('create added'));
      watch.child.kill('SIGTERM');
      const { stderr } = await watch.result;
      expect(stderr.match(/the new config is in force/g), stderr).to.have.lengthOf(1);
    });
  });

  it('ends a step that does not end after a while, says which it was and what finishes it, and fails', async () => {
    const hold = holdAt(call => call.endsWith('/connect'));
    await watching(
      async ({ watch }) => {
        await hold.reached;
        watch.child.kill('SIGTERM');
        const { exitCode, stderr } = await watch.result;
        expect(exitCode).to.equal(1);
        expect(stderr).to.contain('ended before this was done: connect http-proxy → shop_default');
        expect(stderr).to.contain('what finishes it: the next fairlead watch or apply');
      },
      { before: hold.before },
    );
  });

  it('ends at once at the second signal', async () => {
    const hold = holdAt(call => call.endsWith('/connect'));
    await watching(
      async ({ watch }) => {
        await hold.reached;
        watch.child.kill('SIGTERM');
        await watch.until(says('got SIGTERM'));
        watch.child.kill('SIGTERM');
        expect((await watch.result).exitCode).to.equal(143);
      },
      { before: hold.before },
    );
  });

  it('is seen by status, with what it has done', async () => {
    await watching(async ({ watch, host, config }) => {
      await watch.until(says('connect http-proxy → shop_default'));
      const { stdout, exitCode } = await runCli(['status', '--config', config], { host });
      expect(exitCode).to.equal(0);
      expect(stdout).to.match(
        /^watch {2}follows the engine \(pid \d+, for \d+ s, .*\), last pass \d+ s ago$/m,
      );
      watch.child.kill('SIGKILL');
      await watch.result;
      const after = await runCli(['status', '--config', config], { host });
      expect(after.stdout).to.contain('watch  not running');
    });
  });

  it('is seen by status while the config is refused, and while the engine is away', async () => {
    await watching(async ({ watch, host, config, declare }) => {
      await watch.until(says('connect http-proxy → shop_default'));
      const away = await runCli(['status', '--config', config], { host: 'unix:///run/no-such.sock' });
      expect(away.exitCode).to.equal(4);
      expect(away.stdout).to.match(/^watch {2}follows the engine /);
      expect(away.stderr).to.match(/^Error: Cannot reach the engine/);
      declare('networks: { new: {}\n');
      await watch.until(says('the new config is refused'));
      const refused = await runCli(['status', '--config', config], { host });
      expect(refused.exitCode).to.equal(2);
      expect(refused.stdout).to.match(/^watch {2}follows the engine \S+ \(pid \d+/);
      expect(refused.stdout).to.match(/^ {2}x the config on disk is refused for \d+ s, /m);
      expect(refused.stderr).to.match(/^Error: The config /);
      const { stdout } = await runCli(['status', '--config', config, '--json'], { host });
      const document = JSON.parse(stdout) as Record<string, unknown>;
      expect(document).to.have.nested.property('error.code', 'config-invalid');
      expect(document).to.have.nested.property('watches[0].pid', watch.child.pid);
    });
  });

  it('keeps others from making the same host as another config declares', async () => {
    await watching(async ({ watch, daemon, host }) => {
      await watch.until(says('connect http-proxy → shop_default'));
      const folder = mkdtempSync(join(tmpdir(), 'fairlead-other-'));
      const other = join(folder, 'fairlead.yaml');
      writeFileSync(other, 'networks: { other: {} }\n');
      for (const command of ['apply', 'watch']) {
        const { exitCode, stderr } = await runCli([command, '--config', other], { host });
        expect(exitCode).to.equal(1);
        expect(stderr).to.match(
          /A watch \(pid \d+\) keeps this engine as .* declares, which is another config/,
        );
      }
      expect(daemon.networks.map(({ Name }) => Name)).not.to.include('other');
      const { exitCode } = await runCli(['apply', '--config', other, '--force'], { host });
      rmSync(folder, { recursive: true, force: true });
      expect(exitCode).to.equal(0);
      expect(daemon.networks.map(({ Name }) => Name)).to.include('other');
    });
  });

  it('ends at once where it may not open the socket, for a restart would not mend that', async function () {
    if (process.getuid?.() !== 0) this.skip();
    const daemon = shop();
    await withDaemon(daemon, async ({ host }) => {
      const socket = host.replace('unix://', '');
      chmodSync(dirname(socket), 0o755);
      chmodSync(socket, 0o600);
      const folder = mkdtempSync(join(tmpdir(), 'fairlead-denied-'));
      chmodSync(folder, 0o755);
      const config = join(folder, 'fairlead.yaml');
      writeFileSync(config, proxyAlone);
      const { exitCode, stderr } = await runCli(['watch', '--config', config], { host, uid: 65534 });
      rmSync(folder, { recursive: true, force: true });
      expect(exitCode, stderr).to.equal(5);
      expect(stderr).to.match(
        /^Error: Cannot reach the engine .*: permission denied\.\n {2}Run the command with sudo/,
      );
    });
  });

  it('waits for an engine that is away', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-away-'));
    try {
      const config = join(folder, 'fairlead.yaml');
      writeFileSync(config, proxyAlone);
      const watch = await startCli(['watch', '--config', config], { host: `unix://${folder}/no.sock` });
      await watch.until(says('there is no such socket', 'trying again in'));
      watch.child.kill('SIGTERM');
      expect((await watch.result).exitCode).to.equal(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('serves metrics and its health where it is told to', async () => {
    const socket = join(mkdtempSync(join(tmpdir(), 'fairlead-metrics-')), 'metrics.sock');
    await watching(
      async ({ watch }) => {
        await watch.until(says('connect http-proxy → shop_default'));
        const { get } = await import('node:http');
        const page = await new Promise<string>((resolve, reject) => {
          get({ socketPath: socket, path: '/metrics' }, response => {
            let text = '';
            response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
            response.on('end', () => resolve(text));
          }).on('error', reject);
        });
        expect(page).to.match(/^fairlead_passes_total\{result="changed"\} 1$/m);
        expect(page).to.match(/^fairlead_steps_total\{job="proxies",do="connect",outcome="done"\} 1$/m);
      },
      { args: ['--metrics', `unix:${socket}`] },
    );
    rmSync(join(socket, '..'), { recursive: true, force: true });
  });

  for (const [what, args, text, exit, message] of [
    ['without a config', [], undefined, 2, /^Error: There is no config, and watch keeps what one declares\./],
    ['for a job that there is not', ['--only', 'nonsense'], proxyAlone, 2, /there is no job nonsense\./],
    [
      'for no job',
      ['--only', 'networks,'],
      proxyAlone,
      2,
      /^Error: --only: a name is missing beside a comma\./,
    ],
    ['at an address that is none', ['--metrics', 'nowhere'], proxyAlone, 2, /^Error: /],
  ] as const) {
    it(`ends at once ${what}`, async () => {
      const daemon = shop();
      await withDaemon(daemon, async ({ host }) => {
        const folder = mkdtempSync(join(tmpdir(), 'fairlead-refused-'));
        const config = join(folder, 'fairlead.yaml');
        if (text !== undefined) writeFileSync(config, text);
        const named = text === undefined ? [] : ['--config', config];
        const { exitCode, stderr } = await runCli(['watch', ...named, ...args], { host, cwd: folder });
        rmSync(folder, { recursive: true, force: true });
        expect(exitCode, stderr).to.equal(exit);
        expect(stderr).to.match(message);
        expect(changes(daemon)).to.deep.equal([]);
      });
    });
  }
});

describe('status', () => {
  it('says job by job what is as declared and what is to do, and exits with 3 where there is something', async () => {
    const daemon = shop();
    daemon.join('http-proxy', 'shop_default', { DriverOpts: { 'fairlead.owner': 'proxy' }, GwPriority: -1 });
    daemon.start('blog-web-1');
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-status-'));
    const config = join(folder, 'fairlead.yaml');
    writeFileSync(config, `${proxyAlone}networks: { edge: { external: true }, more: {} }\n`);
    await withDaemon(daemon, async ({ host }) => {
      const { stdout, exitCode } = await runCli(['status', '--config', config], { host });
      rmSync(folder, { recursive: true, force: true });
      expect(stdout.split('\n')).to.deep.equal([
        'networks     1 as declared, 1 to do',
        '  + create  more  no network of this name exists',
        'attachments  nothing declared',
        'proxies      2 as declared, 1 to do',
        '  + connect  http-proxy → blog_default  routes blog-web-1 (VIRTUAL_HOST=blog.local)',
        'warps        nothing declared',
        'watch  not running',
        '',
      ]);
      expect(exitCode).to.equal(3);
      expect(changes(daemon)).to.deep.equal([]);
    });
  });
});

describe('doctor', () => {
  it('says what would keep what is declared from working, each with its fix', async () => {
    const daemon = shop('20.10');
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-doctor-'));
    const config = join(folder, 'fairlead.yaml');
    writeFileSync(config, `${proxyAlone}networks: { absent: { external: true } }\n`);
    await withDaemon(daemon, async ({ host }) => {
      const { stdout, exitCode } = await runCli(['doctor', '--config', config], { host });
      rmSync(folder, { recursive: true, force: true });
      expect(exitCode).to.equal(1);
      expect(stdout).to.match(/^= engine +Docker Engine 20\.10/m);
      expect(stdout).to.match(/^! joins +this engine knows no gateway priorities/m);
      expect(stdout).to.match(/^x networks: absent +.+/m);
      expect(changes(daemon)).to.deep.equal([]);
    });
  });

  it('tells of an engine that cannot be reached, and of the rest', async () => {
    const { stdout, exitCode } = await runCli(['doctor'], { host: 'unix:///run/no-such.sock', cwd: '/' });
    expect(exitCode).to.equal(1);
    expect(stdout).to.match(/^! config +there is none/m);
    expect(stdout).to.match(/^x engine +Cannot reach the engine/m);
    expect(stdout).to.match(/^= state +/m);
  });
});
