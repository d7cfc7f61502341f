import { expect } from 'chai';
import { execInContainer } from './container-commands.js';
import { runContainer } from './containers.js';
import { findTraces, markEngine } from './engine-traces.js';
import { fetchPage } from './fetch-page.js';
import { createNetwork } from './networks.js';
import { startEngine } from './private-engine.js';
import type { PrivateEngine } from './private-engine.js';
import { podmanRelease } from './releases.js';
import { webApp } from './web-app.js';

async function containerNames(engine: PrivateEngine): Promise<string[]> {
  const list = await engine.api<{ Names: string[]; State: string }[]>('GET', '/containers/json?all=1');
  return list.map(({ Names, State }) => [...Names, State].join(' ')).sort();
}

async function networkNames(engine: PrivateEngine): Promise<string[]> {
  const list = await engine.api<{ Name: string }[]>('GET', '/networks');
  return list.map(({ Name }) => Name).sort();
}

describe('A private Podman', () => {
  let engine: PrivateEngine;

  before(async () => {
    engine = await startEngine({ release: podmanRelease });
  });

  after(() => engine.stop());

  afterEach(() => engine.reset());

  it('is Podman 5.4, reachable through its own socket', async () => {
    expect(engine.version).to.match(/^5\.4\./);
    const { Components } = await engine.api<{ Components: { Name: string }[] }>('GET', '/version');
    expect(Components[0]?.Name).to.equal('Podman Engine');
  });

  it('runs containers that reach each other by name, and publishes their ports', async () => {
    await createNetwork(engine, { name: 'web' });
    await webApp(engine, { name: 'app', network: 'web', text: 'hello', publish: ['8080:80'] });
    const other = await runContainer(engine, { name: 'other', network: 'web' });
    const reply = await execInContainer(engine, other, ['wget', '-q', '-O', '-', 'http://app/']);
    expect(reply).to.deep.equal({ exitCode: 0, stdout: 'hello', stderr: '' });
    const page = await fetchPage(engine, 'http://127.0.0.1:8080/');
    expect(page).to.deep.equal({ status: 200, body: 'hello' });
  });

  it('has its containers and networks still after a restart, running', async () => {
    await createNetwork(engine, { name: 'kept' });
    await runContainer(engine, { name: 'lasting', network: 'kept' });
    const { pid } = engine;
    await engine.restart();
    expect(engine.pid).to.not.equal(pid);
    expect(await containerNames(engine)).to.deep.equal(['/lasting running']);
    expect(await networkNames(engine)).to.deep.equal(['bridge', 'kept']);
  });

  it('is empty after a reset', async () => {
    await createNetwork(engine, { name: 'one' });
    await runContainer(engine, { name: 'running', network: 'one' });
    await engine.reset();
    expect(await containerNames(engine)).to.deep.equal([]);
    expect(await networkNames(engine)).to.deep.equal(['bridge']);
  });
});

describe('A private Podman that is stopped', () => {
  it('leaves nothing', async () => {
    const engine = await startEngine({ release: podmanRelease });
    const mark = markEngine(engine);
    await createNetwork(engine, { name: 'web' });
    await runContainer(engine, { name: 'running', network: 'web', publish: ['8080:80'] });
    expect(findTraces(mark)).to.not.be.empty;
    await engine.stop();
    expect(findTraces(mark)).to.deep.equal([]);
  });
});
