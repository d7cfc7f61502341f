import { expect } from 'chai';
import { startFaultProxy } from '../support/fault-proxy.js';
import { type PrivateEngine, startEngine } from '../engine/private-engine.js';
import { faultCases } from './fault-cases.js';
import { type FaultScene, faultConfig, faultScene, nothingLost } from './fault-scene.js';
import { type WatchPlace, watchPlace } from './watch-daemon.js';

describe('Faults between a watch and Engine 28.5', () => {
  let engine: PrivateEngine;
  let place: WatchPlace;
  let scene: FaultScene;

  before(async () => {
    engine = await startEngine({ release: '28.5' });
    scene = await faultScene(engine);
    place = await watchPlace(engine);
    await place.configure(faultConfig);
  });
  afterEach(async () => {
    await place.endAll();
    await scene.clear();
  });
  after(async () => {
    await place[Symbol.asyncDispose]();
    await engine.stop();
  });

  it('would be seen to harm, if a membership ended for no more than a moment', async () => {
    const daemon = await place.watch();
    await daemon.until('all is right', () => scene.isRight());
    expect(await daemon.end()).to.equal(0);
    await scene.watchLosses();
    for (const network of ['a-first_default', 'foreign']) {
      await engine.api('POST', `/networks/${network}/disconnect`, { Container: 'http-proxy', Force: true });
      await engine.api('POST', `/networks/${network}/connect`, { Container: 'http-proxy' });
    }
    const { left } = await scene.losses();
    expect(left).to.deep.equal(['disconnect http-proxy a-first_default', 'disconnect http-proxy foreign']);
  });

  for (const { what, harm } of faultCases) {
    it(`${what}: nobody notices, and all is as declared in the end`, async () => {
      await using proxy = await startFaultProxy(engine.host);
      const daemon = await place.watch(proxy.host);
      await daemon.until('all is right', () => scene.isRight());
      const foreign = await scene.foreign();
      await scene.watchLosses();
      await harm(proxy, () => scene.change(), daemon);
      proxy.heal();
      await daemon.until('all is right again', () => scene.isRight(), 60_000);
      await place.settled(daemon);
      expect(await scene.losses()).to.deep.equal(nothingLost);
      expect(await scene.foreign()).to.deep.equal(foreign);
      expect(daemon.isRunning).to.equal(true);
      // Whatever went wrong, it takes the next event as before.
      await scene.change();
      await daemon.until('it follows the engine', () => scene.isRight(), 60_000);
      expect(await daemon.end()).to.equal(0);
    });
  }
});
