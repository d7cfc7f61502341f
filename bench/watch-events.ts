import { request } from 'node:http';
import { createInterface } from 'node:readline';

interface Told {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly timeNano: number;
}

/** An event as an engine tells it: `start t0001`, with its labels, and when the engine says it was. */
export interface ToldEvent {
  readonly what: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly atMs: number;
}

/** Follows the events of containers, with nothing of Fairlead's; calls for each. Gives what ends it. */
export async function followBare(socketPath: string, told: (event: ToldEvent) => void): Promise<() => void> {
  const filters = encodeURIComponent(JSON.stringify({ type: ['container'] }));
  const outgoing = request({ socketPath, path: `/events?filters=${filters}`, agent: false });
  return new Promise((resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('response', answer => {
      const lines = createInterface({ input: answer }).on('error', () => undefined);
      lines.on('line', line => {
        const { Action, Actor, timeNano } = JSON.parse(line) as Told;
        const { ID: id, Attributes: attributes } = Actor;
        // A microsecond more or less, for it is more than 2^53.
        told({ what: `${Action} ${attributes['name'] ?? ''}`, id, attributes, atMs: timeNano / 1e6 });
      });
      resolve(() => outgoing.destroy());
    });
    outgoing.end();
  });
}
