import { expect } from 'chai';
import { startFaultProxy } from '../support/fault-proxy.js';
import { runContainer } from '../engine/containers.js';
import { createNetwork } from '../engine/networks.js';
import { type PrivateEngine, startEngine } from '../engine/private-engine.js';
import { type DockerRelease, releases } from '../engine/releases.js';
import { waitUntil } from '../engine/wait-until.js';
import { faultConfig, faultScene, nothingLost } from './fault-scene.js';
import { networksOf } from './scene.js';
import { watchPlace } from './watch-daemon.js';

/** A hundred in all; of the newest one more than there are moments: some 17 calls, before and after each. */
const kills: Readonly<Record<DockerRelease, number>> = { '20.10': 30, '26.1': 20, '28.5': 50 };

/** The network, the members of it, and the proxy's joins and leaves: what `undo` leaves to be done. */
const changesInAll = 5;
const isChange = /^(?!GET )/;

/** Two applications of the proxy, of which one comes and goes, and two containers to be attached. */
async function furnish(engine: PrivateEngine): Promise<void> {
  for (const app of ['a-0', 'a-1']) {
    await createNetwork(engine, { name: `${app}_default` });
    await runContainer(engine, {
      name: app,
      network: `${app}_default`,
      env: { VIRTUAL_HOST: `${app}.local` },
      init: false,
    });
  }
  for (const name of ['t0', 't1']) await runContainer(engine, { name, labels: { tier: 'x' } });
}

/** Takes back what a watch has done, all or part of it, and has it leave one network or join it again. */
async function undo(engine: PrivateEngine, kill: number): Promise<void> {
  const leave = (network: string, Container: string): Promise<unknown> =>
    engine.api('POST', `/networks/${network}/disconnect`, { Container }).catch(() => undefined);
  await leave('a-0_default', 'http-proxy');
  for (const name of ['t0', 't1']) await leave('shared', name);
  await engine.api('DELETE', '/networks/shared').catch(() => undefined);
  await engine.api('POST', `/containers/a-1/${kill % 2 === 0 ? 'kill' : 'start'}`);
}

async function isRight(engine: PrivateEngine): Promise<boolean> {
  const { State } = await engine.api<{ State: { Running: boolean } }>('GET', '/containers/a-1/json');
  const wanted = ['a-0_default', ...(State.Running ? ['a-1_default'] : [])];
  const proxy = [...wanted, 'a-first_default', 'foreign', 'proxy_default'].join();
  const tier = await Promise.all(['t0', 't1'].map(name => networksOf(engine, name)));
  return (
    (await networksOf(engine, 'http-proxy')).join() === proxy &&
    tier.every(networks => networks.join() === 'bridge,shared')
  );
}

for (const release of releases) {
  describe(`A watch that is killed on Engine ${release}`, () => {
    const times = kills[release];

    it(`at any of ${String(times)} calls of the engine leaves nothing that the next one does not finish`, async function () {
      this.timeout(300_000);
      await using engine = await startEngine({ release });
      const scene = await faultScene(engine);
      await furnish(engine);
      await using place = await watchPlace(engine);
      await using proxy = await startFaultProxy(engine.host);
      await place.configure(faultConfig);
      const finished = async (after: string): Promise<void> => {
        const next = await place.watch();
        await next.until(`all is right after ${after}`, () => isRight(engine));
        await place.settled(next);
        await place.endAll();
      };
      await finished('the first start');
      const foreign = await scene.foreign();
      await scene.watchLosses();

      // One that is not killed: how many calls it takes to its last change, of a state that has all of them to be made.
      await undo(engine, 0);
      const whole = await place.watch(proxy.host);
      await whole.until('all is right', () => isRight(engine));
      await place.endAll();
      const calls = proxy.calls.findLastIndex(call => isChange.test(call)) + 1;
      const first = proxy.calls.findIndex(call => isChange.test(call)) + 1;
      expect(proxy.count(isChange)).to.equal(changesInAll);

      const after: number[] = [];
      for (let kill = 1; kill <= times; kill += 1) {
        // In turn over all calls and over those since the first change, as they come in and as they are answered.
        const least = kill % 2 === 0 ? first : 1;
        const at = least + Math.floor(((kill - 1) * (calls - least + 1)) / times);
        const moment = kill % 4 < 2 ? 'before' : 'after';
        const which = `kill ${String(kill)}, ${moment} call ${String(at)} of ${String(calls)}`;
        await undo(engine, kill);
        proxy.calls.length = 0;
        const daemon = place.spawn(proxy.host);
        let passed = 0;
        proxy.onCall = (call, when) => {
          // The stream of events ends with it.
          if (when !== moment || (when === 'after' && call === 'GET /events')) return;
          passed += 1;
          if (passed === at) daemon.child.kill('SIGKILL');
        };
        await waitUntil(`${which} falls`, () => passed >= at, 20_000);
        expect(await daemon.end('SIGKILL'), which).to.equal('SIGKILL');
        proxy.onCall = () => undefined;
        after.push(proxy.count(isChange));
        expect(await scene.foreign(), which).to.deep.equal(foreign);
        expect(await scene.leftSoFar(), which).to.deep.equal([]);
        if (kill % 10 === 0) await finished(which);
      }
      const fell = Array.from(
        { length: changesInAll + 1 },
        (_, n) => after.filter(made => made === n).length,
      );
      console.log(
        `      ${release}: ${String(calls)} calls; killed after 0, 1, … changes: ${fell.join(', ')}`,
      );
      // Some fell before the first change, and the others at all of them.
      expect(fell.slice(0, changesInAll)).not.to.include(0);
      const { port, through, left } = await scene.losses();
      expect({ through, left }).to.deep.equal({ through: nothingLost.through, left: nothingLost.left });
      // Before 28.0 a join moves published ports to a network that sorts first, killed or not.
      if (release === '28.5') expect(port).to.equal(nothingLost.port);
    });
  });
}
