import { expect } from 'chai';
import type { Log } from '../../src/lib/model/log.js';
import { silentLog } from '../../src/lib/model/log.js';
import { LoopState } from '../../src/lib/watch/loop-state.js';
import { ServiceManager } from '../../src/lib/watch/systemd/service-manager.js';
import {
  type Notification,
  queueNotifications,
  sendBySystemdNotify,
} from '../../src/lib/watch/systemd/systemd-notify.js';
import { watchdogIntervalMs } from '../../src/lib/watch/systemd/watchdog.js';
import { WatchStage, connectStep } from '../support/watch-stage.js';

/** A loop, and what the service manager was told of it. */
function managed(watchdogMs?: number): { stage: WatchStage; told: Notification[]; manager: ServiceManager } {
  const told: Notification[] = [];
  const notifier = {
    notify: (notification: Notification) => void told.push(notification),
    settled: () => Promise.resolve(),
  };
  const manager = new ServiceManager(notifier, { watchdogMs, monotonicUsec: () => 42n });
  const stage = new WatchStage();
  const state = new LoopState(0);
  stage.start({
    observer: event => {
      state.note(event, stage.clock.now());
      manager.note(event, state, stage.clock.now());
    },
  });
  return { stage, told, manager };
}

function having(told: readonly Notification[], name: string): Notification[] {
  return told.filter(notification => name in notification);
}

describe('What systemd is told', () => {
  it('is ready after the first pass that went through, once, and not before', async () => {
    const { stage, told } = managed();
    stage.passFails = true;
    await stage.clock.advance(500);
    expect(stage.runs).to.not.have.length(0);
    expect(having(told, 'READY')).to.deep.equal([]);
    stage.passFails = false;
    await stage.clock.advance(120_000);
    stage.emit('container start web');
    await stage.clock.advance(5000);
    expect(having(told, 'READY')).to.have.length(1);
  });

  it('is not ready before the journal could be read: networks may be missing until then', async () => {
    const { stage, told } = managed();
    stage.unread = { journal: 'the engine has not said yet who it is' };
    await stage.clock.advance(500);
    expect(stage.runs).to.not.have.length(0);
    expect(having(told, 'READY')).to.deep.equal([]);
    stage.unread = undefined;
    await stage.clock.advance(2000);
    expect(having(told, 'READY')).to.have.length(1);
  });

  it('is ready although one object fails, and says so', async () => {
    const { stage, told } = managed();
    stage.wanted = [connectStep('web', 'edge')];
    stage.broken.add('web on edge');
    await stage.clock.advance(500);
    expect(having(told, 'READY')).to.have.length(1);
    expect(having(told, 'STATUS').at(-1)).to.deep.include({ STATUS: 'Watching: 1 failing' });
  });

  it('has a sign of life for the watchdog from the loop, and none of a pass that is stuck', async () => {
    const { stage, told } = managed(30_000);
    await stage.clock.advance(120_000);
    const fed = having(told, 'WATCHDOG').length;
    expect(fed).to.be.within(3, 5);
    stage.passMs = 10_000_000;
    stage.emit('container start web');
    await stage.clock.advance(400_000);
    const last = having(told, 'WATCHDOG').length;
    await stage.clock.advance(400_000);
    expect(having(told, 'WATCHDOG')).to.have.length(last);
  });

  it('waits longer for a first pass that gets on', async () => {
    const { stage, told } = managed();
    stage.passMs = 60_000;
    await stage.clock.advance(30_000);
    expect(having(told, 'EXTEND_TIMEOUT_USEC')).to.not.have.length(0);
    await stage.clock.advance(60_000);
    const before = having(told, 'EXTEND_TIMEOUT_USEC').length;
    await stage.clock.advance(60_000);
    expect(having(told, 'EXTEND_TIMEOUT_USEC')).to.have.length(before);
  });

  it('is answered for every reload, and told of none before it is ready or after it stops', async () => {
    const { stage, told, manager } = managed();
    manager.reloading();
    manager.reloaded();
    expect(having(told, 'RELOADING')).to.deep.equal([]);
    await stage.clock.advance(500);
    told.length = 0;
    manager.reloading();
    manager.reloaded();
    expect(told).to.deep.equal([{ RELOADING: '1', MONOTONIC_USEC: '42' }, { READY: '1' }]);
    stage.stop();
    await stage.clock.advance(500);
    expect(having(told, 'STOPPING')).to.have.length(1);
    told.length = 0;
    manager.reloading();
    expect(told).to.deep.equal([]);
  });

  it('says the engine is away, and that it is back', async () => {
    const { stage, told } = managed();
    await stage.clock.advance(500);
    stage.engine.up = false;
    stage.passFails = true;
    stage.emit('container start web');
    await stage.clock.advance(500);
    expect(having(told, 'STATUS').at(-1)?.['STATUS']).to.match(/^Trying again: /);
    stage.engine.up = true;
    stage.passFails = false;
    await stage.clock.advance(120_000);
    expect(having(told, 'STATUS').at(-1)?.['STATUS']).to.equal('Everything as declared');
  });
});

describe('The queue of notifications', () => {
  it('has one under way, puts together what comes meanwhile, and keeps the order of states', async () => {
    const sent: (readonly string[])[] = [];
    const gates: (() => void)[] = [];
    const notifier = queueNotifications(assignments => {
      sent.push(assignments);
      return new Promise(resolve => gates.push(resolve));
    }, silentLog);
    notifier.notify({ READY: '1' });
    for (let i = 0; i < 1000; i += 1) notifier.notify({ STATUS: String(i), WATCHDOG: '1' });
    notifier.notify({ RELOADING: '1' });
    notifier.notify({ READY: '1', STATUS: 'a\nSTOPPING=1' });
    const settled = notifier.settled();
    while (sent.length < 3) {
      gates.shift()?.();
      await new Promise(resolve => setImmediate(resolve));
    }
    gates.shift()?.();
    await settled;
    expect(sent).to.deep.equal([
      ['READY=1'],
      ['STATUS=999', 'WATCHDOG=1', 'RELOADING=1'],
      ['READY=1', 'STATUS=a\\nSTOPPING=1'],
    ]);
  });

  it('tells once that nobody can be told, and goes on', async () => {
    const warnings: string[] = [];
    const log: Log = { ...silentLog, warn: message => void warnings.push(message) };
    const notifier = queueNotifications(sendBySystemdNotify('/nowhere', ['/no/systemd-notify']), log);
    notifier.notify({ READY: '1' });
    await notifier.settled();
    notifier.notify({ STOPPING: '1' });
    await notifier.settled();
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.match(/systemd-notify is not on this machine/);
  });
});

describe('The watchdog interval', () => {
  for (const [env, interval] of [
    [{ WATCHDOG_USEC: '60000000' }, 30_000],
    [{ WATCHDOG_USEC: '60000000', WATCHDOG_PID: '7' }, 30_000],
    [{ WATCHDOG_USEC: '60000000', WATCHDOG_PID: '8' }, undefined],
    [{ WATCHDOG_USEC: '0' }, undefined],
    [{ WATCHDOG_USEC: '1e9' }, undefined],
    [{}, undefined],
  ] as const) {
    it(`is ${String(interval)} with ${JSON.stringify(env)}`, () => {
      expect(watchdogIntervalMs(env, 7)).to.equal(interval);
    });
  }
});
