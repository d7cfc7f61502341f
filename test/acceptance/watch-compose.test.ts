import { expect } from 'chai';
import { runContainer } from '../engine/containers.js';
import { createNetwork } from '../engine/networks.js';
import { startEngine } from '../engine/private-engine.js';
import { compose, installCompose, startProject } from './compose.js';
import { networksOf } from './scene.js';
import { watchPlace } from './watch-daemon.js';

describe('docker compose down under watch', () => {
  const runs = 20;

  it(`removes the network in ${String(runs)} of ${String(runs)} runs, or all but one, on Engine 28.5`, async () => {
    await installCompose();
    await using engine = await startEngine({ release: '28.5' });
    await using place = await watchPlace(engine);
    await place.configure('proxies: [{ container: http-proxy }]\n');
    await createNetwork(engine, { name: 'proxy_default' });
    await runContainer(engine, { name: 'http-proxy', network: 'proxy_default' });
    const daemon = await place.watch();
    let removed = 0;
    for (let run = 0; run < runs; run += 1) {
      const project = `shop${String(run)}`;
      await startProject(engine, project);
      await daemon.until('joined', async () =>
        (await networksOf(engine, 'http-proxy')).includes(`${project}_default`),
      );
      const said = await compose(engine, project, 'down', '--timeout', '1');
      const networks = await engine.api<{ Name: string }[]>('GET', '/networks');
      const isLeft = networks.some(({ Name }) => Name === `${project}_default`);
      expect(said.includes('Resource is still in use'), said).to.equal(isLeft);
      if (!isLeft) removed += 1;
    }
    console.log(`      the network was gone after ${String(removed)} of ${String(runs)} runs`);
    expect(removed).to.be.at.least(Math.ceil(runs * 0.95));
    await daemon.until(
      'it is at home alone',
      async () => (await networksOf(engine, 'http-proxy')).join() === 'proxy_default',
    );
  });
});
