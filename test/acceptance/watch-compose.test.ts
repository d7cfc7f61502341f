import { expect } from 'chai';
import { type ContainerSpec, runContainer } from '../engine/containers.js';
import { createNetwork } from '../engine/networks.js';
import { type PrivateEngine, startEngine } from '../engine/private-engine.js';
import { releases } from '../engine/releases.js';
import { compose, installCompose, startProject } from './compose.js';
import { networksOf } from './scene.js';
import { type WatchPlace, watchPlace } from './watch-daemon.js';

/** It takes its time to stop, as what finishes its requests does. */
const slow = 'trap "sleep 0.5; exit 0" TERM; while :; do sleep 0.05; done';

interface Way {
  readonly what: string;
  readonly proxy: string;
  readonly web?: Partial<ContainerSpec>;
  readonly runs: number;
  /** In how many of the runs the network has to be gone at once; elsewhere it is a race that the machine decides. */
  readonly atLeast?: number;
}

/** Runs `down`, and says whether Compose left the network there, in one of the ways in which it says so. */
async function leavesNetwork(engine: PrivateEngine, project: string): Promise<boolean> {
  try {
    const said = await compose(engine, project, 'down', '--timeout', '1');
    return said.includes('Resource is still in use');
  } catch (error) {
    // While somebody leaves, 20.10 already lists nobody, and refuses all the same.
    if (error instanceof Error && error.message.includes('has active endpoints')) return true;
    throw error;
  }
}

const ways: readonly Way[] = [
  { what: 'that ends at the signal', proxy: '{ container: http-proxy }', runs: 5 },
  { what: 'that has to be killed', proxy: '{ container: http-proxy }', web: { init: false }, runs: 3 },
  {
    what: 'that takes its time, with leave_at: stop',
    proxy: '{ container: http-proxy, leave_at: stop }',
    web: { command: ['sh', '-c', slow] },
    runs: 12,
    atLeast: 11,
  },
];

for (const release of releases) {
  describe(`docker compose down under watch on Engine ${release}`, () => {
    let engine: PrivateEngine;
    let place: WatchPlace;

    before(async () => {
      await installCompose();
      engine = await startEngine({ release });
      place = await watchPlace(engine);
    });
    afterEach(() => place.reset());
    after(async () => {
      await place[Symbol.asyncDispose]();
      await engine.stop();
    });

    for (const { what, proxy, web = {}, runs, atLeast = 0 } of ways) {
      it(`removes the network of a container ${what}; the proxy has left it once`, async () => {
        await place.configure(`proxies: [${proxy}]\n`);
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
          const network = `${project}_default`;
          await startProject(engine, project, web);
          await daemon.until('joined', async () =>
            (await networksOf(engine, 'http-proxy')).includes(network),
          );
          // Applications live longer than the passes that their start takes.
          await place.settled(daemon);
          expect(await leavesNetwork(engine, project)).to.equal(await isLeft(project));
          await daemon.until(
            'the proxy is at home alone',
            async () => (await networksOf(engine, 'http-proxy')).join() === 'proxy_default',
          );
          if (await isLeft(project)) {
            await compose(engine, project, 'down');
            expect(await isLeft(project)).to.equal(false);
          } else removed += 1;
          await daemon.until('it has said so', () => daemon.count(`disconnect http-proxy ${network}`) > 0);
          // Neither back for a moment, nor once more.
          expect(daemon.changes.filter(change => change.endsWith(` ${network}`))).to.deep.equal([
            `connect http-proxy ${network}`,
            `disconnect http-proxy ${network}`,
          ]);
        }
        console.log(`      the network was gone at once in ${String(removed)} of ${String(runs)} runs`);
        expect(removed).to.be.at.least(atLeast);
        expect(await daemon.end()).to.equal(0);
      });
    }
  });
}
