import { malformed } from '../answers/answer.js';
import type { Endpoint } from '../endpoint/endpoint.js';
import { endpointAgent } from '../endpoint-agent.js';
import type { EventSource } from './event-source.js';
import { followEvents } from './follow-events.js';
import { getText } from './plain-request.js';

/** The engine itself has no use for others: images, volumes, plugins. */
const filters = JSON.stringify({ type: ['container', 'network'] });

/** Nanoseconds as the engine takes them, which reads a bare number as seconds. */
function asSeconds(nanoseconds: string): string {
  const digits = nanoseconds.padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

/** The clock at the other end, to the second below: a little early, as a `since` should be. */
function timeOf(date: string | undefined): string {
  const milliseconds = Date.parse(date ?? '');
  return Number.isNaN(milliseconds) || milliseconds <= 0 ? '0' : `${String(milliseconds)}000000`;
}

export interface EventSourceOptions {
  /** API version to speak; the engine's newest where it is left out. */
  readonly apiVersion?: string;
  /** For every answer, and for the head of the stream's; a stream may be idle for ever. */
  readonly timeoutMs?: number;
}

/** The events of the engine at an endpoint, over connections of their own. Nothing is sent before the first call. */
export function openEventSource(
  endpoint: Endpoint,
  { apiVersion, timeoutMs: deadlineMs = 20_000 }: EventSourceOptions = {},
): EventSource {
  const prefix = apiVersion === undefined ? '' : `/v${apiVersion}`;
  const agent = endpointAgent(endpoint);

  /**
   * Podman sends the head of the stream with its first event, which may be hours away (measured on 5.4.2). It reads
   * events from a log, from `since` on: whenever it begins, none is missed.
   */
  let isPodman = false;

  // All engines have it, its head has the time, and socket proxies let it through where they keep `/info` back.
  async function ask(signal: AbortSignal | undefined): Promise<string | undefined> {
    const path = `${prefix}/_ping`;
    const attempted = 'ask whether the engine answers';
    const { body, date, server } = await getText({ endpoint, agent, path, attempted, deadlineMs }, signal);
    isPodman = server?.startsWith('Libpod/') ?? false;
    if (body.trim() !== 'OK') throw malformed('its greeting', 'OK', body);
    return date;
  }

  return {
    now: async signal => timeOf(await ask(signal)),
    events(since, signal, subscribed) {
      const path = `${prefix}/events?since=${asSeconds(since)}&filters=${encodeURIComponent(filters)}`;
      const attempted = "follow the engine's events";
      const asked = {
        endpoint,
        agent: endpointAgent(endpoint),
        path,
        attempted,
        deadlineMs,
        lateHead: isPodman,
      };
      return followEvents(asked, signal, subscribed);
    },
    async ping(signal) {
      await ask(signal);
    },
  };
}
