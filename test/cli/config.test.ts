import { expect } from 'chai';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCli, testFolder } from '../support/cli.js';
import { shop, withDaemon } from './scenes.js';

const nobody = 'unix:///nobody/listens/here';

async function folder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const made = await mkdtemp(join(testFolder(), 'config-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(made, name), text);
  return made;
}

interface Validation {
  readonly exitCode: number;
  readonly valid: boolean;
  readonly problems: readonly Record<string, unknown>[];
}

describe('validate-config', () => {
  it('says that all is well and exits with 0, without an engine', async () => {
    const cwd = await folder({ 'fairlead.yaml': 'networks: { a: }\n' });
    const { stdout, stderr, exitCode } = await runCli(['validate-config'], { cwd, host: nobody });
    expect({ stdout, stderr, exitCode }).to.deep.equal({
      stdout: `${join(cwd, 'fairlead.yaml')} has no mistakes\n`,
      stderr: '',
      exitCode: 0,
    });
  });

  it('prints each problem at its place and exits with 2', async () => {
    const cwd = await folder({ 'c.toml': 'fail_fast = 1\n[networks.a]\nenable_ipv6 = "yes"\n' });
    const { stdout, stderr, exitCode } = await runCli(['validate-config', 'c.toml'], { cwd });
    expect(stdout.split('\n')).to.deep.equal([
      'c.toml:1:13: error: the number 1 stands where true or false is wanted; did you mean true?',
      'c.toml:3:15: error: the text "yes" stands where true or false is wanted; did you mean true?',
      '2 errors',
      '',
    ]);
    expect({ stderr, exitCode }).to.deep.equal({ stderr: '', exitCode: 2 });
  });

  it('exits with 0 where there are only warnings', async () => {
    const cwd = await folder({ 'fairlead.yaml': 'networks: { a: { attachable: true } }' });
    const { stdout, exitCode } = await runCli(['validate-config'], { cwd });
    expect(stdout).to.match(/warning: attachable only matters.*\n1 warning\n$/);
    expect(exitCode).to.equal(0);
  });

  it('prints one document with --json', async () => {
    const cwd = await folder({ 'fairlead.json': '{"netwroks": {}}' });
    const { stdout, exitCode } = await runCli(['validate-config', '--json'], { cwd });
    const document = JSON.parse(stdout) as Validation;
    expect(document).to.include({ schemaVersion: 1, command: 'validate-config', exitCode: 2, valid: false });
    expect(document.problems).to.have.length(1);
    expect(document.problems[0]).to.include({
      line: 1,
      column: 2,
      path: 'netwroks',
      severity: 'error',
      suggestion: 'networks',
    });
    expect(exitCode).to.equal(2);
  });

  it('reads standard input, in the format that is said', async () => {
    const toml = await runCli(['validate-config', '-', '--format', 'toml'], { input: '[networks.a]\n' });
    expect(toml.stdout).to.equal('standard input has no mistakes\n');
    const yaml = await runCli(['validate-config', '-'], { input: 'networks: []' });
    expect(yaml.stdout).to.match(/^-:1:1: error: networks is a list, where a map is wanted/);
    const endless = await runCli(['validate-config', '-'], { input: 'x'.repeat(2_000_000) });
    expect(endless.stderr).to.match(/standard input cannot be read: it is larger than 512 KiB/);
    expect(endless.exitCode).to.equal(2);
  });

  it('lets no control characters through to the terminal', async () => {
    const { stdout } = await runCli(['validate-config', '-'], { input: '"a\\e[31m\\x07": 1' });
    expect(stdout).to.not.match(/[\u001b\u0007]/);
    expect(stdout).to.include('\\u001b[31m');
  });

  it('says what to do where there is no config, or none of that name', async () => {
    const cwd = await folder();
    const none = await runCli(['validate-config'], { cwd });
    expect(none.stderr).to.match(/no config to check.*\n.*fairlead init/);
    const missing = await runCli(['validate-config', 'x.yaml'], { cwd });
    expect(missing.stderr).to.equal('Error: The config x.yaml cannot be read: there is no such file.\n');
    expect([none.exitCode, missing.exitCode]).to.deep.equal([2, 2]);
  });

  it('asks the engine with --online', async () => {
    const text =
      'networks: { edgy: { external: true }, a: { ipam: { config: [{ subnet: 172.18.0.0/16 }] } } }';
    const cwd = await folder({ 'fairlead.yaml': text });
    await withDaemon(shop(), async ({ host }) => {
      const { stdout, exitCode } = await runCli(['validate-config', '--online'], { cwd, host });
      expect(stdout).to.match(/:1:13: error: the engine has no network "edgy"; did you mean edge\?/);
      expect(stdout).to.match(/error: 172.18.0.0\/16 overlaps .* of the network "edge", which exists/);
      expect(exitCode).to.equal(2);
    });
    const { exitCode } = await runCli(['validate-config', '--online'], { cwd, host: nobody });
    expect(exitCode).to.equal(4);
  });
});

describe('config show', () => {
  it('shows each value with who says it', async () => {
    const cwd = await folder({ 'fairlead.yaml': 'fail_fast: true\n' });
    const env = { FAIRLEAD_WARP_NAT: '1' };
    const { stdout, exitCode } = await runCli(['config', 'show', '--log-level', 'debug'], { cwd, env });
    const rows = stdout.split('\n').map(line => line.split(/\s{2,}/));
    expect(rows).to.deep.include(['fail_fast', 'true', `${join(cwd, 'fairlead.yaml')}:1`]);
    expect(rows).to.deep.include(['warp.nat', 'true', 'FAIRLEAD_WARP_NAT']);
    expect(rows).to.deep.include(['logging.level', '"debug"', 'flag --log-level']);
    expect(rows).to.deep.include(['logging.format', '"auto"', 'default']);
    expect(exitCode).to.equal(0);
  });

  it('refuses a config with errors, and tells them all', async () => {
    const cwd = await folder({ 'fairlead.yaml': 'fail_fast: 1\nretry: { attempts: -1 }\n' });
    const { stderr, exitCode } = await runCli(['config', 'show'], { cwd });
    expect(stderr)
      .to.match(/has 2 errors/)
      .and.match(/:1:12: error/)
      .and.match(/:2:20: error/);
    expect(exitCode).to.equal(2);
  });
});

describe('init', () => {
  it('writes a config of what runs, which has no mistakes', async () => {
    const cwd = await folder();
    await withDaemon(shop(), async ({ host }) => {
      const { stdout, exitCode } = await runCli(['init'], { cwd, host });
      expect(stdout).to.equal('Wrote fairlead.yaml. Next: edit it, then fairlead validate-config.\n');
      expect(exitCode).to.equal(0);
      const text = await readFile(join(cwd, 'fairlead.yaml'), 'utf8');
      expect(text).to.include('edge: { external: true }').and.to.include('- container: http-proxy');
      expect((await runCli(['validate-config', '--online'], { cwd, host })).exitCode).to.equal(0);
    });
  });

  it('leaves a file that exists as it is, unless forced', async () => {
    const cwd = await folder({ 'fairlead.yaml': 'mine' });
    const refused = await runCli(['init'], { cwd, host: nobody });
    expect(refused.stderr).to.include('exists already');
    expect(refused.exitCode).to.equal(2);
    expect(await readFile(join(cwd, 'fairlead.yaml'), 'utf8')).to.equal('mine');
    const forced = await runCli(['init', '--force'], { cwd, host: nobody });
    expect(forced.exitCode).to.equal(0);
    expect(forced.stderr).to.include('No engine was asked');
  });
});
