import { expect } from 'chai';
import { runContainer } from '../engine/containers.js';
import { createNetwork } from '../engine/networks.js';
import { startEngine } from '../engine/private-engine.js';
import { compose, installCompose, startProject } from './compose.js';
import { networksOf } from './scene.js';
import { watchPlace } from './watch-daemon.js';

describe('docker compose down under watch', () => {
  const runs = 20;

  it('removes the network, at once or when it is run again, and the proxy has left it by then', async () => {
    await installCompose();
    await using engine = await startEngine({ release: '28.5' });
    await using place = await watchPlace(engine);
    await place.configure('proxies: [{ container: http-proxy }]\n');
    await createNetwork(engine, { name: 'proxy_default' });
    await runContainer(engine, { name: 'http-proxy', network: 'proxy_default' });
    const daemon = await place.watch();
    const isLeft = async (project: string): Promise<boolean> => {
      const networks = await engine.api<{ Name: string }[]>('GET', '/networks');
      return networks.some(({ Name }) => Name === `${project}_default`);
    };
    let removed = 0;
    for (let run = 0; run < runs; run += 1) {
      const project = `shop${String(run)}`;
      await startProject(engine, project);
      await daemon.until('joined', async () =>
        (await networksOf(engine, 'http-proxy')).includes(`${project}_default`),
      );
      const said = await compose(engine, project, 'down', '--timeout', '1');
      expect(said.includes('Resource is still in use'), said).to.equal(await isLeft(project));
      await daemon.until(
        'the proxy is at home alone',
        async () => (await networksOf(engine, 'http-proxy')).join() === 'proxy_default',
      );
      if (!(await isLeft(project))) {
        removed += 1;
        continue;
      }
      await compose(engine, project, 'down');
      expect(await isLeft(project)).to.equal(false);
    }
    // Compose looks at the network some 10 ms after it has removed the last container, and asks no second time.
    console.log(`      the network was gone at once in ${String(removed)} of ${String(runs)} runs`);
    expect(await daemon.end()).to.equal(0);
  });
});
