import { expect } from 'chai';
import type { Outcome } from '../../../src/lib/model/report.js';
import type { Disconnect, Step } from '../../../src/lib/model/step.js';
import { OutdatedSteps } from '../../../src/lib/watch/passes/outdated-steps.js';
import { engineEvent } from '../../support/engine-event.js';
import { WatchStage, connectStep } from '../../support/watch-stage.js';
import { idOf } from '../../support/world.js';

const shop = { id: idOf('net shop'), name: 'shop' };
const join = connectStep('proxy', 'shop', { job: 'proxies', network: shop });
const leave = connectStep('proxy', 'shop', { do: 'disconnect', job: 'proxies', network: shop });

function after(...events: readonly string[]): OutdatedSteps {
  const outdated = new OutdatedSteps();
  outdated.passBegins(0);
  for (const event of events) outdated.note(engineEvent(event));
  return outdated;
}

describe('a step that events have outdated', () => {
  const cases: readonly (readonly [what: string, events: readonly string[], held: string])[] = [
    ['nothing happens', [], ''],
    ['a container comes to the network', ['network connect web shop'], 'leave'],
    ['a container leaves the network', ['network disconnect web shop'], 'join'],
    ['a container starts on the network', ['network connect web shop', 'container start web'], 'leave'],
    ['a container restarts there', ['network disconnect web shop', 'network connect web shop'], 'join leave'],
    ['a container starts elsewhere', ['network connect db zoo', 'container start db'], ''],
    ['a container ends elsewhere', ['container die db', 'network disconnect db zoo'], ''],
    ['a container starts, nobody says where', ['container start web'], 'leave'],
    ['a container ends, nobody says where', ['container die web'], 'join'],
    [
      'a container of no network is removed, or another one made',
      ['container destroy a', 'container create b'],
      '',
    ],
    ['the proxy itself comes and goes', ['network connect proxy shop', 'network disconnect proxy shop'], ''],
  ];
  for (const [what, events, held] of cases) {
    it(`is ${held === '' ? 'none' : `the ${held.replace(' ', ' and the ')}`} where ${what}`, () => {
      const outdated = after(...events);
      const isHeld = (step: Step): boolean => outdated.heldBack(step, 1000) !== undefined;
      expect([...(isHeld(join) ? ['join'] : []), ...(isHeld(leave) ? ['leave'] : [])].join(' ')).to.equal(
        held,
      );
    });
  }

  it('is each of them where events were lost, or are too many', () => {
    const lost = after();
    lost.noteLostEvents();
    expect(lost.heldBack(join, 1000)).to.match(/^a container came or went/);
    expect(lost.heldBack(leave, 1000)).to.match(/^a container came or went/);
    const many = after(...Array.from({ length: 5000 }, (_, i) => `network connect c${String(i)} zoo`));
    expect(many.heldBack(leave, 1000)).to.match(/^a container came or went/);
    expect(many.heldBack(join, 1000)).to.equal(undefined);
  });

  it('is no concern of other jobs, nor of an entry whose network is gone', () => {
    const outdated = after('network connect web shop', 'network disconnect web shop');
    const stale: Disconnect = { ...(leave as Disconnect), network: { name: 'shop' }, stale: true };
    expect(outdated.heldBack(stale, 1000)).to.equal(undefined);
    expect(outdated.heldBack({ ...join, job: 'attachments' }, 1000)).to.equal(undefined);
  });

  it('is no join of a pass that has only just begun', () => {
    const outdated = after('network disconnect web shop', 'network connect web shop');
    expect(outdated.heldBack(join, 999)).to.equal(undefined);
    expect(outdated.heldBack(leave, 0)).to.be.a('string');
  });

  it('is planned from a new look by the next pass', () => {
    const outdated = after('network connect web shop');
    outdated.passBegins(0);
    expect(outdated.heldBack(leave, 1000)).to.equal(undefined);
  });

  it('is done all the same in the fourth pass in a row', () => {
    const outdated = new OutdatedSteps();
    const pass = (): Outcome => {
      outdated.passBegins(0);
      outdated.note(engineEvent('network connect web shop'));
      const note = outdated.heldBack(leave, 1000);
      const outcome = note === undefined ? 'done' : 'skipped';
      outdated.record({
        results: [{ step: leave, outcome, ...(note !== undefined && { note }) }],
        findings: [],
      });
      return outcome;
    };
    expect(Array.from({ length: 8 }, pass).join(' ')).to.equal(
      'skipped skipped skipped done skipped skipped skipped done',
    );
    // In a row: a pass that did not want it begins the count again.
    pass();
    outdated.record({ results: [], findings: [] });
    expect(Array.from({ length: 4 }, pass).join(' ')).to.equal('skipped skipped skipped done');
  });
});

describe('a pass that takes seconds', () => {
  it('does not make a proxy leave an application that came back in the meantime', async () => {
    const stage = await WatchStage.settled();
    stage.passMs = 3000;
    stage.wanted = [leave];
    stage.emit('network disconnect web shop', 'container die web');
    await stage.clock.advance(500);
    stage.emit('network connect web shop', 'container start web');
    await stage.clock.advance(2600);
    expect(stage.runs[0]?.report?.results[0]?.outcome).to.equal('skipped');
    stage.wanted = [];
    await stage.clock.advance(4000);
    expect(stage.runs).to.have.lengthOf(2);
    expect(stage.attempts('proxy on shop')).to.equal(0);
  });

  it('makes progress on a host where containers come and go all the time', async () => {
    const stage = await WatchStage.settled();
    stage.wanted = [leave];
    for (let i = 0; i < 100 && stage.wanted.length > 0; i += 1) {
      stage.emit('network connect web shop', 'network disconnect web shop');
      await stage.clock.advance(10);
    }
    expect(stage.wanted).to.deep.equal([]);
    expect(stage.runs.length).to.be.within(2, 6);
  });

  it('lets a proxy join a container that lives for a moment and is restarted all the time', async () => {
    const stage = await WatchStage.settled();
    stage.wanted = [join];
    stage.emit('network connect web shop', 'container start web');
    await stage.clock.advance(10);
    stage.emit('network disconnect web shop', 'container die web');
    await stage.clock.advance(100);
    expect(stage.runs[0]?.report?.results[0]?.outcome).to.equal('done');
  });

  it('leaves to the next pass what it planned before the events were lost', async () => {
    const stage = await WatchStage.settled();
    stage.passMs = 3000;
    stage.wanted = [leave];
    stage.emit('container die web');
    await stage.clock.advance(100);
    stage.engine.break();
    await stage.clock.advance(3000);
    expect(stage.runs[0]?.report?.results[0]?.outcome).to.equal('skipped');
    await stage.clock.advance(4000);
    expect(stage.wanted).to.deep.equal([]);
  });
});
