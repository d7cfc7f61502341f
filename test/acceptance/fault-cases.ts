import type { Fault } from '../support/fault.js';
import type { FaultProxy } from '../support/fault-proxy.js';
import type { WatchDaemon } from './watch-daemon.js';

const events = /^GET \/events$/;
const any = /^/;

/** What goes wrong between a watch and its engine. */
export interface FaultCase {
  readonly what: string;
  /** Brings the fault about while things change. Whatever it injected is taken back afterwards. */
  readonly harm: (proxy: FaultProxy, change: () => Promise<void>, daemon: WatchDaemon) => Promise<void>;
}

/** The stream is followed anew with the fault in place, and things change. */
function onStream(fault: Fault, times = Infinity): FaultCase['harm'] {
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
function onCalls(on: RegExp, fault: Fault, times: number): FaultCase['harm'] {
  return async (proxy, change, daemon) => {
    const before = proxy.count(on);
    proxy.inject({ on, fault, times });
    await change();
    await change();
    await daemon.until('the fault was met', () => proxy.count(on) - before >= Math.min(times, 2));
  };
}

const half = (line: string, index: number): string[] => (index % 2 === 0 ? [] : [line]);

export const faultCases: readonly FaultCase[] = [
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
