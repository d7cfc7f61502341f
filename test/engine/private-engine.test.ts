import { expect } from 'chai';
import { execInContainer } from './container-commands.js';
import { runContainer } from './containers.js';
import { EngineStartError } from './engine-errors.js';
import { findTraces, markEngine } from './engine-traces.js';
import { createNetwork } from './networks.js';
import { startEngine } from './private-engine.js';
import type { PrivateEngine } from './private-engine.js';
import { releases } from './releases.js';
import { listEngines } from './running-engines.js';
import { webApp } from './web-app.js';

type ContainerList = { Names: string[]; State: string }[];

async function namesAndStates(engine: PrivateEngine): Promise<string[]> {
  const list = await engine.api<ContainerList>('GET', '/containers/json?all=1');
  return list.map(({ Names, State }) => [...Names, State].join(' ')).sort();
}

for (const release of releases) {
  describe(`A private engine of release ${release}`, () => {
    let engine: PrivateEngine;

    before(async () => {
      engine = await startEngine({ release });
    });

    after(() => engine.stop());

    afterEach(() => engine.reset());

    it('is of that release, and reachable through its own socket', async () => {
      expect(engine.version).to.match(new RegExp(`^${release.replace('.', '\\.')}\\.`));
      expect(await engine.docker('version', '--format', '{{.Server.Version}}')).to.equal(engine.version);
      expect(await engine.docker('info', '--format', '{{.DockerRootDir}}')).to.equal(`${engine.dir}/data`);
    });

    it('runs containers that reach each other by name', async () => {
      await createNetwork(engine, { name: 'web' });
      await webApp(engine, { name: 'app', network: 'web', text: 'hello' });
      const other = await runContainer(engine, { name: 'other', network: 'web' });
      const reply = await execInContainer(engine, other, ['wget', '-q', '-O', '-', 'http://app/']);
      expect(reply).to.deep.equal({ exitCode: 0, stdout: 'hello', stderr: '' });
    });

    it('has a network namespace of its own', async () => {
      const addresses = await engine.exec('ip', ['-4', '-br', 'address']);
      expect(addresses.split('\n').map(line => line.split(/\s+/)[0])).to.deep.equal(['lo', 'docker0']);
    });

    it('keeps its data when restarted', async () => {
      await createNetwork(engine, { name: 'kept', labels: { why: 'test' } });
      await runContainer(engine, { name: 'stopped', network: 'kept' });
      await runContainer(engine, { name: 'back', hostConfig: { RestartPolicy: { Name: 'always' } } });
      const { pid } = engine;
      await engine.restart();
      expect(engine.pid).to.not.equal(pid);
      expect(await namesAndStates(engine)).to.deep.equal(['/back running', '/stopped exited']);
      expect(await engine.api('GET', '/networks/kept')).to.deep.include({ Labels: { why: 'test' } });
    });

    it('comes back after its daemon was killed', async () => {
      await runContainer(engine, { name: 'survivor' });
      await engine.kill();
      await engine.start();
      expect(await namesAndStates(engine)).to.deep.equal(['/survivor exited']);
    });

    it('is empty after a reset, but for its images', async () => {
      await createNetwork(engine, { name: 'one' });
      await runContainer(engine, { name: 'running', network: 'one' });
      const paused = await runContainer(engine, { name: 'paused', network: 'one' });
      await engine.api('POST', `/containers/${paused}/pause`);
      await engine.reset();
      expect(await namesAndStates(engine)).to.deep.equal([]);
      expect(await engine.docker('network', 'ls', '--format', '{{.Name}}')).to.equal('bridge\nhost\nnone');
      expect(await engine.docker('image', 'ls', '--format', '{{.Repository}}')).to.equal(
        'fairlead-test/busybox',
      );
    });
  });
}

describe('Two private engines at once', () => {
  it('use the same networks, names and ports without noticing each other', async () => {
    const engines = await Promise.all([startEngine({ release: '20.10' }), startEngine({ release: '28.5' })]);
    try {
      const networks = await Promise.all(
        engines.map(async engine => {
          await createNetwork(engine, { name: 'web', subnet: '172.20.0.0/16' });
          await webApp(engine, { name: 'app', network: 'web', text: engine.name, publish: ['8080:80'] });
          return engine.docker('network', 'ls', '--quiet', '--filter', 'name=web');
        }),
      );
      expect(networks[0]).to.not.equal(networks[1]);
    } finally {
      await Promise.all(engines.map(engine => engine.stop()));
    }
  });
});

describe('A private engine that is stopped', () => {
  it('leaves nothing, and may be stopped again', async () => {
    const engine = await startEngine({ release: '28.5' });
    const mark = markEngine(engine);
    await runContainer(engine, { name: 'running', publish: ['8080:80'] });
    const paused = await runContainer(engine, { name: 'paused' });
    await engine.api('POST', `/containers/${paused}/pause`);
    const client = engine.spawn('sleep', ['1000'], { stdio: 'ignore' });
    expect(findTraces(mark)).to.not.be.empty;
    await engine.stop();
    await engine.stop();
    expect(findTraces(mark)).to.deep.equal([]);
    expect(client.signalCode ?? 'SIGKILL').to.equal('SIGKILL');
  });
});

describe('A private engine that cannot start', () => {
  it('says what its daemon said, and leaves nothing', async () => {
    const name = 'broken';
    const error = await startEngine({
      release: '28.5',
      name,
      daemonArgs: ['--storage-driver=none-such'],
    }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(EngineStartError);
    expect((error as Error).message).to.include('none-such');
    expect(listEngines().map(engine => engine.name)).to.not.include(name);
  });
});
