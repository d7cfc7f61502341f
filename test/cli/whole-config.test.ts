import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CliResult, runCli } from '../support/cli.js';
import { FakeDaemon } from '../support/fake-daemon.js';
import { serve } from '../support/fake-server.js';

const config = [
  'networks: { shared: {} }',
  'attachments: [{ select: { labels: [tier] }, networks: [shared] }]',
  'proxies: [{ container: http-proxy }]',
].join('\n');

describe('plan and apply', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-whole-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function run(daemon: FakeDaemon, text: string, ...args: string[]): Promise<CliResult> {
    const file = join(folder, 'fairlead.yaml');
    await writeFile(file, text);
    const server = await serve(daemon);
    try {
      return await runCli([...args, '--config', file], {
        host: server.host,
        env: { FAIRLEAD_STATE_DIR: join(folder, 'state') },
      });
    } finally {
      await server.close();
    }
  }

  function host(): FakeDaemon {
    const daemon = new FakeDaemon();
    daemon.addNetwork('edge');
    daemon.addContainer('http-proxy', { networks: ['edge'] });
    daemon.addContainer('api', { labels: { tier: 'back' }, env: ['VIRTUAL_HOST=api.local'] });
    return daemon;
  }

  it('show and do the same steps, in the same order, with one list of each kind', async () => {
    const daemon = host();
    const planned = await run(daemon, config, 'plan');
    expect(planned.exitCode).to.equal(0);
    expect(daemon.calls.filter(call => !call.startsWith('GET'))).to.deep.equal([]);
    daemon.calls.length = 0;
    const applied = await run(daemon, config, 'apply');
    expect(applied.exitCode).to.equal(0);
    const steps = (stdout: string): string[] => stdout.split('\n').filter(line => /^[+~-]/.test(line));
    expect(steps(applied.stdout)).to.deep.equal(steps(planned.stdout));
    expect(steps(applied.stdout)).to.have.length(3);
    expect(daemon.calls.filter(call => call === 'GET /containers/json')).to.have.length(1);
    expect(daemon.calls.filter(call => call === 'GET /networks')).to.have.length(1);
  });

  it('tell by the exit code whether there is something to do, where it is asked for', async () => {
    const daemon = host();
    expect((await run(daemon, config, 'plan', '--exit-code')).exitCode).to.equal(3);
    await run(daemon, config, 'apply');
    expect((await run(daemon, config, 'plan', '--exit-code')).exitCode).to.equal(0);
  });

  it('keep to the jobs that are named', async () => {
    const daemon = host();
    const { stdout } = await run(daemon, config, 'apply', '--only', 'networks');
    expect(stdout).to.match(/^\+ create {2}shared/);
    expect(Object.keys(daemon.container('api').Networks)).to.deep.equal(['bridge']);
    const wrong = await run(daemon, config, 'apply', '--only', 'network');
    expect(wrong.exitCode).to.equal(2);
    expect(wrong.stderr).to.include('networks, attachments, proxies');
  });

  it('do nothing on a config with a mistake, and say where it is', async () => {
    const daemon = host();
    const { exitCode, stderr } = await run(daemon, 'networks: { shared: { drivr: bridge } }', 'apply');
    expect(exitCode).to.equal(2);
    expect(stderr).to.match(/fairlead\.yaml:1:\d+: .*drivr/);
    expect(daemon.calls).to.deep.equal([]);
  });

  it('give one document as JSON', async () => {
    const { stdout, exitCode } = await run(host(), config, 'apply', '--json');
    const document = JSON.parse(stdout) as { steps: { do: string; outcome: string }[]; exitCode: number };
    expect(document.exitCode).to.equal(exitCode);
    expect(document.steps.map(step => `${step.do} ${step.outcome}`)).to.deep.equal([
      'create-network done',
      'connect done',
      'connect done',
    ]);
  });
});
