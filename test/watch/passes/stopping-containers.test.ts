import { expect } from 'chai';
import type { Step } from '../../../src/lib/model/step.js';
import { StoppingContainers } from '../../../src/lib/watch/passes/stopping-containers.js';
import { engineEvent } from '../../support/engine-event.js';
import { WatchStage, connectStep } from '../../support/watch-stage.js';
import { idOf } from '../../support/world.js';

function told(...events: readonly string[]): StoppingContainers {
  const stopping = new StoppingContainers();
  for (const event of events) stopping.note(engineEvent(event), 0);
  return stopping;
}

const leave = (container: string, network: string): Step =>
  connectStep(container, network, { do: 'disconnect' });

describe('containers that are being stopped', () => {
  it('are those that got a signal', () => {
    expect([...told('container kill web', 'network connect db shop').ids]).to.deep.equal([idOf('web')]);
  });

  it('are so after they died, until they start again or are removed', () => {
    expect(told('container kill web', 'container die web', 'container stop web').ids.size).to.equal(1);
    expect(told('container kill web', 'container die web', 'container start web').ids.size).to.equal(0);
    expect(told('container kill web', 'container die web', 'container destroy web').ids.size).to.equal(0);
  });

  for (const [signal, ends] of [
    ['1', false],
    ['12', false],
    ['3', true],
    ['9', true],
    ['10', true],
    ['15', true],
    ['28', true],
    ['37', true],
  ] as const) {
    it(`signal ${signal} ${ends ? 'ends' : 'reloads'}`, () => {
      const stopping = new StoppingContainers();
      stopping.note(engineEvent('container kill web', { signal }), 0);
      expect(stopping.ids.has(idOf('web'))).to.equal(ends);
    });
  }

  it('are so for ten seconds from the last signal', () => {
    const stopping = told('container kill web', 'container kill db');
    stopping.note(engineEvent('container kill web'), 4000);
    expect(stopping.expiresAt).to.equal(10_000);
    expect(stopping.expire(9999)).to.deep.equal([]);
    expect(stopping.expire(10_000)).to.deep.equal([idOf('db')]);
    expect(stopping.expiresAt).to.equal(14_000);
    expect(stopping.expire(14_000)).to.deep.equal([idOf('web')]);
    expect(stopping.expiresAt).to.equal(undefined);
  });

  it('are never more than an engine can run', () => {
    const stopping = new StoppingContainers();
    for (let i = 0; i < 20_000; i += 1) {
      stopping.note(engineEvent('container kill x', { id: `c${String(i)}` }), i);
    }
    expect(stopping.ids.size).to.equal(16_384);
    expect(stopping.ids.has('c19999')).to.equal(true);
  });
});

describe('what is left alone', () => {
  it('are the memberships of a container that is being stopped, and no others', () => {
    const stopping = told('container kill proxy');
    expect(stopping.heldBack(leave('proxy', 'shop'), 0)).to.equal('the container is being stopped');
    expect(stopping.heldBack(connectStep('proxy', 'shop'), 0)).to.equal('the container is being stopped');
    expect(stopping.heldBack(leave('other', 'shop'), 0)).to.equal(undefined);
  });

  it('is everything that would be taken away, right after the engine came back', () => {
    const stopping = new StoppingContainers();
    stopping.engineBack(5000);
    expect(stopping.heldBack(leave('proxy', 'shop'), 14_999)).to.match(/^the engine has just come back/);
    expect(stopping.heldBack(connectStep('proxy', 'shop'), 5000)).to.equal(undefined);
    expect(stopping.expiresAt).to.equal(15_000);
    expect(stopping.heldBack(leave('proxy', 'shop'), 15_000)).to.equal(undefined);
    expect(stopping.expire(15_000)).to.deep.equal([]);
    expect(stopping.expiresAt).to.equal(undefined);
  });

  it('has as long again once the engine is back', () => {
    const stopping = told('container kill proxy');
    stopping.engineBack(8000);
    expect(stopping.expire(10_000)).to.deep.equal([]);
    expect(stopping.heldBack(connectStep('proxy', 'shop'), 17_999)).to.be.a('string');
    expect(stopping.expire(18_000)).to.deep.equal([idOf('proxy')]);
  });

  it('is looked at when the time is over', async () => {
    const stage = await WatchStage.settled();
    stage.wanted = [leave('proxy', 'shop')];
    stage.emit('container kill proxy', 'container die proxy');
    await stage.clock.advance(9000);
    expect(stage.wanted).to.have.lengthOf(1);
    expect(stage.runs).to.have.lengthOf(1);
    await stage.clock.advance(2000);
    expect(stage.wanted).to.deep.equal([]);
    expect(stage.runs[1]?.request.forget).to.deep.equal(new Set([idOf('proxy')]));
  });

  it('does not keep a proxy on the network of an application that is brought down', async () => {
    const stage = await WatchStage.settled();
    stage.emit('container kill web');
    await stage.clock.advance(5000);
    stage.wanted = [leave('proxy', 'shop')];
    stage.emit('container die web');
    await stage.clock.advance(40);
    expect(stage.wanted).to.deep.equal([]);
  });

  it('is what an engine takes down when it stops, however the passes fall', async () => {
    for (const passMs of [0, 5, 40, 400]) {
      const stage = await WatchStage.settled();
      stage.passMs = passMs;
      stage.wanted = [leave('proxy', 'shop'), leave('proxy', 'blog')];
      stage.emit('container kill web', 'container kill proxy');
      for (const name of ['web', 'proxy']) {
        stage.emit(`container stop ${name}`, `container die ${name}`, `network disconnect ${name} shop`);
        await stage.clock.advance(10);
      }
      stage.engine.up = false;
      stage.engine.break();
      await stage.clock.advance(60_000);
      expect(stage.wanted, `${String(passMs)} ms`).to.have.lengthOf(2);
    }
  });

  it('is left alone also after the engine is back, until what it ended had time to start', async () => {
    const stage = await WatchStage.settled();
    stage.wanted = [leave('proxy', 'shop')];
    stage.engine.up = false;
    stage.engine.break();
    await stage.clock.advance(20_000);
    stage.engine.up = true;
    while (!stage.engine.followed) await stage.clock.advance(1);
    stage.emit('container start proxy');
    await stage.clock.advance(9900);
    expect(stage.wanted).to.have.lengthOf(1);
    await stage.clock.advance(1000);
    expect(stage.wanted).to.deep.equal([]);
  });

  it('is nothing where only an idle stream was closed', async () => {
    const stage = await WatchStage.settled();
    stage.engine.break();
    stage.wanted = [leave('proxy', 'shop')];
    await stage.clock.advance(1000);
    expect(stage.wanted).to.deep.equal([]);
  });
});
