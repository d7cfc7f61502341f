import { access, chmod, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { type CliOptions, type CliResult, runCli, testFolder } from '../support/cli.js';
import { shop, withDaemon } from './scenes.js';

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Code that leaves a mark when it is run. */
const marking = (mark: string): string => `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '');`;

/** An oclif plugin, linked as a user would install one, whose every part leaves a mark. */
async function plantUserPlugin(dataFolder: string, mark: string): Promise<void> {
  const plugin = join(dataFolder, 'node_modules/evil');
  const files: Record<string, string> = {
    [join(dataFolder, 'package.json')]: JSON.stringify({
      private: true,
      dependencies: { evil: '1.0.0' },
      oclif: {
        schema: 1,
        plugins: [
          { name: 'evil', type: 'user' },
          { name: 'evil', type: 'link', root: plugin },
        ],
      },
    }),
    [join(plugin, 'package.json')]: JSON.stringify({
      name: 'evil',
      version: '1.0.0',
      main: './index.js',
      oclif: {
        hooks: { init: './index.js', prerun: './index.js', preparse: './index.js' },
        commands: './commands',
      },
    }),
    [join(plugin, 'index.js')]: `${marking(mark)} module.exports = async () => undefined;`,
    [join(plugin, 'commands/network/list.js')]: marking(mark),
  };
  await plant(files);
}

async function plant(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

const lists = (options: CliOptions): Promise<CliResult> => runCli(['network', 'list'], options);

describe('code that lies around', () => {
  it('as a user plugin is never run', async () => {
    const home = await mkdtemp(join(testFolder(), 'home-'));
    const mark = join(home, 'was-run');
    const xdg = join(home, 'data');
    await plantUserPlugin(join(xdg, 'fairlead'), mark);
    await plantUserPlugin(join(home, '.local/share/fairlead'), mark);
    await withDaemon(shop(), async ({ host }) => {
      const results = await Promise.all([
        lists({ host, env: { HOME: home } }),
        lists({ host, env: { HOME: home, XDG_DATA_HOME: xdg } }),
        runCli(['--help'], { env: { HOME: home, XDG_DATA_HOME: xdg } }),
        runCli(['evil'], { env: { HOME: home, XDG_DATA_HOME: xdg } }),
      ]);
      expect(results.map(({ exitCode }) => exitCode)).to.deep.equal([0, 0, 0, 2]);
    });
    expect(await exists(mark)).to.equal(false);
  });

  it('in the working directory is never run, nor read', async () => {
    const folder = await mkdtemp(join(testFolder(), 'cwd-'));
    const mark = join(folder, 'was-run');
    await plant({
      [join(folder, 'package.json')]: JSON.stringify({
        name: 'fairlead',
        version: '6.6.6',
        oclif: { bin: 'fairlead', commands: './commands', hooks: { init: './hook.js' }, plugins: ['evil'] },
      }),
      [join(folder, 'commands/network/list.js')]: marking(mark),
      [join(folder, 'hook.js')]: marking(mark),
      [join(folder, 'oclif.manifest.json')]: '{"version":"6.6.6","commands":{}}',
      [join(folder, 'node_modules/evil/package.json')]: '{"name":"evil","version":"1.0.0","oclif":{}}',
      [join(folder, 'node_modules/dockerode/index.js')]: marking(mark),
      [join(folder, 'fairlead.config.js')]: marking(mark),
      [join(folder, '.fairleadrc.js')]: marking(mark),
      [join(folder, '.fairleadrc.cjs')]: marking(mark),
      [join(folder, 'tsconfig.json')]: '{}',
    });
    await withDaemon(shop(), async ({ host }) => {
      const env = { NODE_ENV: 'development' };
      const [listed, version] = await Promise.all([
        lists({ host, cwd: folder, env }),
        runCli(['--version'], { cwd: folder }),
      ]);
      expect([listed.exitCode, listed.stderr]).to.deep.equal([0, '']);
      expect(version.stdout).to.not.include('6.6.6');
    });
    expect(await exists(mark)).to.equal(false);
  });
});

describe('a home', () => {
  const homes: Readonly<Record<string, { home: string | undefined; uid?: number }>> = {
    'that is not set': { home: undefined },
    'that is empty': { home: '' },
    'that does not exist': { home: '/nonexistent' },
    'that is a file': { home: '/etc/hostname' },
    'that is not set, of a user without a name': { home: undefined, uid: 54321 },
    'of a user without a name': { home: '/', uid: 54321 },
  };
  for (const [name, { home, uid }] of Object.entries(homes)) {
    it(`${name} is no obstacle`, async () => {
      await withDaemon(shop(), async ({ host }) => {
        if (uid !== undefined) {
          await chmod(dirname(host.replace('unix://', '')), 0o755);
          await chmod(host.replace('unix://', ''), 0o666);
        }
        const result = await lists({
          host,
          env: { HOME: home, FAIRLEAD_STATE_DIR: undefined },
          ...(uid !== undefined && { uid }),
        });
        expect(result.stderr).to.equal('');
        expect(result.exitCode).to.equal(0);
      });
    });
  }

  it('that cannot be written to, or read, is no obstacle', async () => {
    const [readOnly, closed] = await Promise.all(
      ['read-only-', 'closed-'].map(name => mkdtemp(join(testFolder(), name))),
    );
    if (readOnly === undefined || closed === undefined) throw new Error('no folders');
    await chmod(readOnly, 0o555);
    await chmod(closed, 0o000);
    await withDaemon(shop(), async ({ host }) => {
      await chmod(dirname(host.replace('unix://', '')), 0o755);
      await chmod(host.replace('unix://', ''), 0o666);
      const results = await Promise.all(
        [readOnly, closed].map(home =>
          lists({ host, env: { HOME: home, FAIRLEAD_STATE_DIR: undefined }, uid: 65534 }),
        ),
      );
      for (const result of results) {
        expect(result.stderr).to.equal('');
        expect(result.exitCode).to.equal(0);
      }
    });
  });

  it('is left as it was', async () => {
    const home = await mkdtemp(join(testFolder(), 'clean-'));
    await withDaemon(shop(), async ({ host }) => {
      await Promise.all([lists({ host, env: { HOME: home } }), runCli(['frob'], { env: { HOME: home } })]);
    });
    expect(await readdir(home)).to.deep.equal([]);
  });
});

describe('an environment', () => {
  it('with other tools’ settings changes nothing', async () => {
    await withDaemon(shop(), async ({ host }) => {
      const result = await lists({
        host,
        env: {
          DEBUG: '*',
          NODE_ENV: 'test',
          HTTP_PROXY: 'http://127.0.0.1:1',
          http_proxy: 'http://127.0.0.1:1',
          DOCKER_API_VERSION: '1.12',
          DOCKER_CLIENT_TIMEOUT: 'soon',
          DOCKER_PATH_PREFIX: '/elsewhere',
          LC_ALL: 'tr_TR.UTF-8',
          COLUMNS: '0',
        },
      });
      expect(result.exitCode, result.stderr).to.equal(0);
      expect(result.stdout).to.include('shop_default');
    });
  });

  it('that asks for JSON as oclif’s own tools do gets it', async () => {
    await withDaemon(shop(), async ({ host }) => {
      const { stdout, exitCode } = await lists({ host, env: { FAIRLEAD_CONTENT_TYPE: 'json' } });
      expect(exitCode).to.equal(0);
      expect(JSON.parse(stdout)).to.include({ command: 'network list' });
    });
  });
});
