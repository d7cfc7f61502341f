import { expect } from 'chai';
import { setTimeout as delay } from 'node:timers/promises';
import { type DockerRelease, releases } from '../engine/releases.js';
import { startEngine } from '../engine/private-engine.js';
import { faultConfig, faultScene, nothingLost } from './fault-scene.js';
import { watchPlace } from './watch-daemon.js';

/** Numbers between 0 and 1 that a seed repeats: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A hundred in all. */
const kills: Readonly<Record<DockerRelease, number>> = { '20.10': 20, '26.1': 20, '28.5': 60 };

for (const release of releases) {
  describe(`A watch that is killed on Engine ${release}`, () => {
    const times = kills[release];

    it(`at any of ${String(times)} moments leaves nothing that the next one does not finish`, async function () {
      this.timeout(300_000);
      const seed = Number(process.env['FAIRLEAD_TEST_SEED'] ?? Date.now() % 2 ** 31);
      console.log(`      ${release}: FAIRLEAD_TEST_SEED=${String(seed)}`);
      const random = randomFrom(seed);
      await using engine = await startEngine({ release });
      const scene = await faultScene(engine);
      await using place = await watchPlace(engine);
      await place.configure(faultConfig);
      await (await place.watch()).until('all is right', () => scene.isRight());
      await place.endAll();
      const foreign = await scene.foreign();
      await scene.watchClients();
      for (let kill = 0; kill < times; kill += 1) {
        // From before its first call until after its last, with a change on its way every fourth time.
        const daemon = place.spawn();
        const changed = kill % 4 === 0 ? scene.change() : Promise.resolve();
        await delay(150 + random() * 600);
        await daemon.end('SIGKILL');
        await changed;
        if (kill % 10 !== 9) continue;
        const next = await place.watch();
        await next.until(`all is right after kill ${String(kill + 1)} of seed ${String(seed)}`, () =>
          scene.isRight(),
        );
        await place.settled(next);
        await place.endAll();
        await scene.clear();
        expect(await scene.foreign()).to.deep.equal(foreign);
      }
      const lost = await scene.lostByClients();
      // Before 28.0 a join moves published ports to a network that sorts first, killed or not.
      if (release === '28.5') expect(lost).to.equal(nothingLost);
    });
  });
}
