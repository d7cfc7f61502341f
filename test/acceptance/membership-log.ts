import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, get } from 'node:http';
import type { PrivateEngine } from '../engine/private-engine.js';
import { waitUntil } from '../engine/wait-until.js';

interface TypedEvent {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly Attributes: { readonly container?: string; readonly name?: string } };
}

/** Who joined what and who left it, as the engine itself tells it: what is undone again is not missed. */
export class MembershipLog implements AsyncDisposable {
  readonly #engine: PrivateEngine;
  readonly #request: ClientRequest;
  readonly #names: ReadonlyMap<string, string>;
  /** Any container that runs. */
  readonly #running: string;
  readonly #told: string[] = [];
  #marks = 0;
  #marked = false;

  constructor(
    engine: PrivateEngine,
    request: ClientRequest,
    names: ReadonlyMap<string, string>,
    running: string,
  ) {
    this.#engine = engine;
    this.#names = names;
    this.#running = running;
    this.#request = request;
  }

  note(line: string): void {
    const { Type, Action, Actor } = JSON.parse(line) as TypedEvent;
    const { container, name = '' } = Actor.Attributes;
    if (Type === 'network' && container !== undefined) {
      this.#told.push(`${Action} ${this.#names.get(container) ?? container.slice(0, 12)} ${name}`);
    }
    if (Action.trim() === `exec_create: ${this.#marker}`) this.#marked = true;
  }

  /** All that happened until now, as `connect http-proxy shop_default`; containers of later times by their ID. */
  async soFar(): Promise<readonly string[]> {
    // A command that is never started: what is told after it has happened after it.
    this.#marks += 1;
    this.#marked = false;
    await this.#engine.api('POST', `/containers/${this.#running}/exec`, { Cmd: [this.#marker] });
    await waitUntil('the engine tells all events', () => this.#marked);
    return [...this.#told];
  }

  get #marker(): string {
    return `mark-${String(this.#marks)}`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#request.destroy();
    return Promise.resolve();
  }
}

/** Of all containers, from now on. */
export async function followMemberships(engine: PrivateEngine): Promise<MembershipLog> {
  const listed = await engine.api<{ Id: string; Names: string[]; State: string }[]>(
    'GET',
    '/containers/json?all=1',
  );
  const names = new Map(listed.map(({ Id, Names }) => [Id, Names[0]?.slice(1) ?? Id]));
  const filters = encodeURIComponent(JSON.stringify({ type: ['network', 'container'] }));
  const request = get({ socketPath: engine.socketPath, path: `/events?filters=${filters}`, agent: false });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  // Its own end, by which no test is to fail.
  request.on('error', () => undefined);
  answer.on('error', () => undefined);
  const log = new MembershipLog(
    engine,
    request,
    names,
    listed.find(({ State }) => State === 'running')?.Id ?? '',
  );
  let rest = '';
  answer.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) log.note(line);
  });
  return log;
}

/** Whoever joined the same network twice, or left it twice: came and went for nothing. */
export function flapping(told: readonly string[]): string[] {
  const moves = told.filter(line => /^(?:dis)?connect /.test(line));
  return [...new Set(moves.filter((line, at) => moves.indexOf(line) !== at))];
}
