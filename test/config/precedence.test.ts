import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultConfig } from '../../src/lib/config/default-config.js';
import { effectiveValues, originText } from '../../src/lib/config/effective-values.js';
import { ConfigError, loadConfig, type LoadedConfig } from '../../src/lib/config/load.js';
import { configSchema } from '../../src/lib/config/schema.js';
import { type Override, settings } from '../../src/lib/config/settings.js';
import { pathText } from '../../src/lib/config/source/tree.js';

/** What each setting is given by file, variable and flag; falsy ones, where the setting can be that. */
const given: Readonly<
  Record<string, readonly [file: unknown, variable: [text: string, value: unknown], flag: unknown]>
> = {
  'docker.host': ['unix:///file', ['tcp://variable:1', 'tcp://variable:1'], 'ssh://flag'],
  'docker.context': ['file', ['variable', 'variable'], 'flag'],
  'docker.api_version': ['1.41', ['1.48', '1.48'], 'auto'],
  'docker.timeout': ['1m', ['0', '0s'], '2s'],
  'docker.tls.ca': ['/file', ['/variable', '/variable'], '/flag'],
  'docker.tls.cert': ['/file', ['/variable', '/variable'], '/flag'],
  'docker.tls.key': ['/file', ['/variable', '/variable'], '/flag'],
  'docker.tls.verify': [true, ['false', false], true],
  'logging.level': ['warn', ['error', 'error'], 'debug'],
  'logging.format': ['text', ['json', 'json'], 'pretty'],
  'retry.attempts': [5, ['0', 0], 7],
  'retry.delay': ['1s', ['0', '0'], '2s'],
  'retry.max_delay': ['10s', ['20s', '20s'], '30s'],
  fail_fast: [true, ['0', false], true],
  'warp.container_name_pattern': ['vpn-*', ['', ''], 'tor-*'],
  'warp.target_label': ['file', ['variable', 'variable'], 'flag'],
  'warp.network_label': ['file', ['variable', 'variable'], 'flag'],
  'warp.routing_rules': [['10.0.0.0/8'], ['', []], ['10.1.0.0/16 tcp 80,443']],
  'warp.bypass': [['10.0.0.0/8'], ['10.1.0.0/16; 10.2.0.0/16', ['10.1.0.0/16', '10.2.0.0/16']], []],
  'warp.nat': [true, ['false', false], true],
  'warp.strict': [true, ['false', false], true],
  'warp.priority_base': [1, ['20000', 20_000], 30_000],
  'warp.on_exit': ['withdraw', ['keep', 'keep'], 'withdraw'],
  'watch.resync': ['1m', ['0', '0'], '2m'],
  'watch.metrics': [':9300', ['', ''], ':9301'],
};

function at(config: unknown, path: readonly string[]): unknown {
  return path.reduce((value, step) => (value as Record<string, unknown> | undefined)?.[step], config);
}

function nested(path: readonly string[], value: unknown): unknown {
  return path.reduceRight((inner, step) => ({ [step]: inner }), value);
}

describe('precedence', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-precedence-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function load(
    content: unknown,
    env: NodeJS.ProcessEnv = {},
    flags: readonly Override[] = [],
  ): Promise<LoadedConfig> {
    const file = join(folder, 'c.json');
    await writeFile(file, JSON.stringify(content ?? {}));
    return loadConfig({ workingDirectory: folder, env, homeDirectory: folder, file, flags });
  }

  /** One half of a pair alone is a mistake, and that is another test's. */
  const companions: Readonly<Record<string, unknown>> = {
    'docker.tls.cert': { docker: { tls: { key: '/k' } } },
    'docker.tls.key': { docker: { tls: { cert: '/c' } } },
  };

  function fileWith(name: string, path: readonly string[], value: unknown): unknown {
    const companion = (companions[name] ?? {}) as { docker?: { tls: object } };
    if (!companion.docker) return nested(path, value);
    return { docker: { tls: { ...companion.docker.tls, [path.at(-1) ?? '']: value } } };
  }

  it('is tested for every setting', () => {
    expect(Object.keys(given)).to.have.members(settings.map(({ path }) => path.join('.')));
  });

  for (const { path, variable } of settings) {
    const name = path.join('.');
    const [file, [text, value], flagValue] = given[name] ?? ['', ['', ''], ''];

    it(`${name} is the default's, the file's, ${variable}'s or the flag's, in this order`, async () => {
      const flag: Override = { path, value: flagValue as string, name: '--flag', from: 'flag' };
      const byFile = await load(fileWith(name, path, file));
      expect(at(byFile.config, path)).to.deep.equal(file);
      expect(byFile.origins.originOf(path)).to.include({ from: 'file', line: 1 });
      const byVariable = await load(fileWith(name, path, file), { [variable]: text });
      expect(at(byVariable.config, path)).to.deep.equal(value);
      expect(byVariable.origins.originOf(path)).to.deep.equal({ from: 'environment', name: variable });
      const byFlag = await load(fileWith(name, path, file), { [variable]: text }, [flag]);
      expect(at(byFlag.config, path)).to.deep.equal(flagValue);
      expect(byFlag.origins.originOf(path)).to.deep.equal({ from: 'flag', name: '--flag' });
      const byDefault = await load({});
      expect(at(byDefault.config, path)).to.deep.equal(
        at(defaultConfig(), path) ?? at(byDefault.config, path),
      );
      expect(byDefault.origins.originOf(path)).to.deep.equal({ from: 'default' });
    });
  }

  it('false, 0 and empty in the file come before the defaults', async () => {
    const falsy = {
      retry: { attempts: 0 },
      warp: { container_name_pattern: '', routing_rules: [], nat: false },
    };
    const { config } = await load(falsy);
    expect(config.retry.attempts).to.equal(0);
    expect(config.warp).to.include({ container_name_pattern: '', nat: false });
    expect(config.warp.routing_rules).to.deep.equal([]);
  });

  it('a context given later takes the host away, and a host the context', async () => {
    const file = { docker: { host: 'unix:///file' } };
    expect((await load(file, { FAIRLEAD_CONTEXT: 'prod' })).config.docker).to.deep.equal({
      api_version: 'auto',
      context: 'prod',
    });
    const flag: Override = { path: ['docker', 'host'], value: 'tcp://h:1', name: '--host', from: 'flag' };
    const { config } = await load({ docker: { context: 'file' } }, { DOCKER_CONTEXT: 'prod' }, [flag]);
    expect(config.docker).to.deep.equal({ api_version: 'auto', host: 'tcp://h:1' });
  });

  it("docker's own variables come after Fairlead's, before the file, and are unset when empty", async () => {
    const file = { docker: { host: 'unix:///file' } };
    expect((await load(file, { DOCKER_HOST: 'unix:///d' })).config.docker.host).to.equal('unix:///d');
    expect((await load(file, { DOCKER_HOST: '' })).config.docker.host).to.equal('unix:///file');
    const both = { DOCKER_HOST: 'unix:///d', FAIRLEAD_HOST: 'unix:///f' };
    expect((await load(file, both)).config.docker.host).to.equal('unix:///f');
  });

  it('a wrong value is told by the name of the variable or flag that says it', async () => {
    const flag: Override = { path: ['logging', 'level'], value: 'loud', name: '--log-level', from: 'flag' };
    const error: unknown = await load({}, { FAIRLEAD_FAIL_FAST: 'maybe' }, [flag]).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(ConfigError);
    const { problems } = error as ConfigError;
    expect(problems.map(({ file }) => file)).to.have.members(['--log-level', 'FAIRLEAD_FAIL_FAST']);
    expect(problems.every(({ line }) => line === undefined)).to.equal(true);
  });

  it('the defaults without a schema are those of the schema', () => {
    expect(defaultConfig()).to.deep.equal(configSchema.parse({}));
  });

  it('every value of an effective config has an origin', async () => {
    const loaded = await load({ networks: { a: { internal: true } } }, { FAIRLEAD_WARP_NAT: '1' });
    const lines = effectiveValues(loaded).map(
      ({ path, value, origin }) => `${pathText(path)} ${JSON.stringify(value)} ${originText(origin)}`,
    );
    expect(lines).to.include.members([
      `networks.a.internal true ${join(folder, 'c.json')}:1`,
      'networks.a.on_drift "error" default',
      'warp.nat true FAIRLEAD_WARP_NAT',
      'attachments [] default',
    ]);
  });
});
