import { expect } from 'chai';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.js';
import type { Fault } from '../support/fault.js';
import { type PrivateEngine, startEngine } from '../engine/private-engine.js';
import { type FaultScene, faultConfig, faultScene, nothingLost } from './fault-scene.js';
import { type WatchDaemon, type WatchPlace, watchPlace } from './watch-daemon.js';

const events = /^GET \/events$/;
const any = /^/;

interface Case {
  readonly what: string;
  /** Brings the fault about while things change. Whatever it injected is taken back afterwards. */
  readonly harm: (proxy: FaultProxy, change: () => Promise<void>, daemon: WatchDaemon) => Promise<void>;
}

/** The stream is followed anew with the fault in place, and things change. */
function onStream(fault: Fault, times = Infinity): Case['harm'] {
  return async (proxy, change, daemon) => {
    const before = proxy.count(events);
    proxy.inject({ on: events, fault, times });
    proxy.cut(events);
    await daemon.until('it follows the events again', () => proxy.count(events) > before);
    await change();
    await change();
  };
}

/** Calls go wrong while things change, for as long as it takes to meet the fault some times. */
function onCalls(on: RegExp, fault: Fault, times: number): Case['harm'] {
  return async (proxy, change, daemon) => {
    const before = proxy.count(on);
    proxy.inject({ on, fault, times });
    await change();
    await change();
    await daemon.until('the fault was met', () => proxy.count(on) - before >= Math.min(times, 2));
  };
}

const half = (line: string, index: number): string[] => (index % 2 === 0 ? [] : [line]);

const cases: readonly Case[] = [
  {
    what: 'the stream is cut again and again',
    harm: async (proxy, change, daemon) => {
      for (let i = 0; i < 5; i += 1) {
        const before = proxy.count(events);
        proxy.cut(events);
        await change();
        await daemon.until('it follows the events again', () => proxy.count(events) > before);
      }
    },
  },
  {
    what: 'the stream breaks off in the middle of an event',
    harm: onStream({ do: 'cut', afterBytes: 700 }, 3),
  },
  { what: 'the stream comes in pieces of 7 bytes', harm: onStream({ do: 'split', bytes: 7 }) },
  { what: 'the stream is noise', harm: onStream({ do: 'garble', chunk: 0 }, 3) },
  { what: 'every event comes twice', harm: onStream({ do: 'lines', change: line => [line, line] }) },
  {
    what: 'every other event is lost, and the stream is cut',
    harm: async (proxy, change, daemon) => {
      await onStream({ do: 'lines', change: half })(proxy, change, daemon);
      proxy.heal();
      proxy.cut(events);
    },
  },
  {
    what: 'the stream stands still until somebody cuts it',
    harm: async (proxy, change, daemon) => {
      await onStream({ do: 'stall', afterBytes: 0 })(proxy, change, daemon);
      proxy.heal();
      proxy.cut(events);
    },
  },
  {
    what: 'the events are refused with 500',
    harm: onStream(
      { do: 'answer', status: 500, body: '{"message":"no"}', contentType: 'application/json' },
      3,
    ),
  },
  {
    what: 'some calls are answered with 500',
    harm: onCalls(
      /^(GET|POST) \/(networks|containers)/,
      { do: 'answer', status: 500, body: '{"message":"server error"}', contentType: 'application/json' },
      4,
    ),
  },
  {
    what: 'lists are answered with a page of a web server',
    harm: onCalls(
      /^GET \/(networks|containers\/json)$/,
      { do: 'answer', status: 502, body: '<html>bad gateway</html>' },
      3,
    ),
  },
  {
    what: 'lists break off',
    harm: onCalls(/^GET \/(networks|containers\/json)$/, { do: 'cut', afterBytes: 300 }, 3),
  },
  {
    what: 'lists are noise',
    harm: onCalls(/^GET \/(networks|containers\/json)$/, { do: 'garble', chunk: 0 }, 3),
  },
  { what: 'connects are lost on their way', harm: onCalls(/connect$/, { do: 'refuse' }, 4) },
  { what: 'the answers to connects are lost', harm: onCalls(/connect$/, { do: 'cut', afterBytes: 0 }, 4) },
  {
    what: 'every call takes half a second longer',
    harm: async (proxy, change) => {
      proxy.inject({ on: any, fault: { do: 'delay', ms: 500 } });
      await change();
      await change();
    },
  },
  {
    what: 'the socket is gone for a while',
    harm: async (proxy, change, daemon) => {
      await proxy.down();
      await change();
      await change();
      await daemon.until('it has noticed', () => daemon.eventsOf('waiting').length > 0);
      await proxy.up();
    },
  },
];

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

  for (const { what, harm } of cases) {
    it(`${what}: nobody notices, and all is as declared in the end`, async () => {
      await using proxy = await startFaultProxy(engine.host);
      const daemon = await place.watch(proxy.host);
      await daemon.until('all is right', () => scene.isRight());
      const foreign = await scene.foreign();
      await scene.watchClients();
      await harm(proxy, () => scene.change(), daemon);
      proxy.heal();
      await daemon.until('all is right again', () => scene.isRight(), 60_000);
      await place.settled(daemon);
      expect(await scene.lostByClients()).to.equal(nothingLost);
      expect(await scene.foreign()).to.deep.equal(foreign);
      expect(daemon.isRunning).to.equal(true);
      // Whatever went wrong, it takes the next event as before.
      await scene.change();
      await daemon.until('it follows the engine', () => scene.isRight(), 60_000);
      expect(await daemon.end()).to.equal(0);
    });
  }
});
