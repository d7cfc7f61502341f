import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { PrivateEngine } from '../engine/private-engine.js';
import { waitUntil } from '../engine/wait-until.js';
import { type Ran, fairleadInside, startInside } from './fairlead.js';

/** A step as `watch --json` tells it. */
export interface ToldStep {
  readonly do: string;
  readonly outcome: string;
  readonly container?: { readonly name: string };
  readonly network?: { readonly name: string };
}

/** A line of `watch --json`. */
export interface ToldEvent {
  readonly event: string;
  readonly time: string;
  readonly causes?: readonly string[];
  readonly changed?: number;
  readonly steps?: readonly ToldStep[];
  readonly state?: string;
}

/** A running `fairlead watch`, and what it has told so far. */
export class WatchDaemon implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly told: ToldEvent[] = [];
  /** Standard error, its last part. */
  log = '';
  readonly #closed: Promise<unknown>;

  constructor(child: ChildProcess) {
    this.child = child;
    this.#closed = once(child, 'close');
    if (!child.stdout || !child.stderr) throw new TypeError('it has no streams');
    createInterface({ input: child.stdout }).on('line', line =>
      this.told.push(JSON.parse(line) as ToldEvent),
    );
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.log = (this.log + text).slice(-20_000);
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  eventsOf(kind: string): ToldEvent[] {
    return this.told.filter(({ event }) => event === kind);
  }

  /** What it has changed so far, as `connect http-proxy shop_default`. */
  get changes(): string[] {
    return this.eventsOf('pass').flatMap(({ steps = [] }) =>
      steps
        .filter(({ outcome }) => outcome === 'done')
        .map(step => [step.do, step.container?.name, step.network?.name].filter(Boolean).join(' ')),
    );
  }

  count(change: string): number {
    return this.changes.filter(done => done === change).length;
  }

  /** Waits for what is to come of it; what it has said is in the error. */
  async until(what: string, condition: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
    try {
      await waitUntil(what, condition, timeoutMs);
    } catch (error) {
      const told = this.told.slice(-12).map(event => JSON.stringify(event).slice(0, 600));
      const state = this.isRunning
        ? 'running'
        : `ended with ${String(this.child.exitCode ?? this.child.signalCode)}`;
      throw new Error([what, `the watch is ${state}, and said:`, this.log.slice(-4000), ...told].join('\n'), {
        cause: error,
      });
    }
  }

  /** Waits until it has told of just these changes, in any order: a pass is told of when it is over. */
  async hasDone(...changes: readonly string[]): Promise<void> {
    const wanted = [...changes].sort().join('\n');
    await this.until(`changes:\n${wanted}`, () => [...this.changes].sort().join('\n') === wanted);
  }

  /** It follows the engine and has looked at everything. */
  ready(): Promise<void> {
    return this.until('the first pass', () => {
      const connected = this.told.findIndex(({ event }) => event === 'connected');
      return connected >= 0 && this.told.slice(connected).some(({ event }) => event === 'pass');
    });
  }

  /** Sends a signal and gives the exit code, or the signal it died of. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> {
    if (this.isRunning) this.child.kill(signal);
    await this.#closed;
    return this.child.exitCode ?? this.child.signalCode ?? -1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }
}

/** Where watches of one engine run: a config, a state folder and a folder for sockets of their own. */
export class WatchPlace implements AsyncDisposable {
  readonly engine: PrivateEngine;
  readonly folder: string;
  readonly #daemons = new Set<WatchDaemon>();

  constructor(engine: PrivateEngine, folder: string) {
    this.engine = engine;
    this.folder = folder;
  }

  get configFile(): string {
    return join(this.folder, 'fairlead.yaml');
  }

  get env(): Record<string, string> {
    return { FAIRLEAD_STATE_DIR: join(this.folder, 'state'), FAIRLEAD_RUNTIME_DIR: join(this.folder, 'run') };
  }

  /** Puts a config in the place of the last one, as editors and config managers do. */
  async configure(text: string): Promise<void> {
    await writeFile(`${this.configFile}.new`, text);
    await rename(`${this.configFile}.new`, this.configFile);
  }

  /** Starts one without waiting for anything. */
  spawn(
    host = this.engine.host,
    env: Readonly<Record<string, string>> = {},
    ...flags: readonly string[]
  ): WatchDaemon {
    const args = ['watch', '--json', '--config', this.configFile, ...flags];
    const daemon = new WatchDaemon(
      startInside(this.engine, args, { ...this.env, DOCKER_HOST: host, ...env }),
    );
    this.#daemons.add(daemon);
    return daemon;
  }

  async watch(host?: string): Promise<WatchDaemon> {
    const daemon = this.spawn(host);
    await daemon.ready();
    return daemon;
  }

  run(...args: string[]): Promise<Ran> {
    return fairleadInside(this.engine, [...args, '--config', this.configFile], this.env);
  }

  /** All is as declared: `plan` finds nothing to do, and nothing that cannot be done. */
  async settled(daemon?: WatchDaemon, timeoutMs = 40_000): Promise<void> {
    let last: Ran | undefined;
    const isSettled = async (): Promise<boolean> => {
      last = await this.run('plan', '--exit-code');
      return last.exitCode === 0;
    };
    try {
      await (daemon
        ? daemon.until('all is as declared', isSettled, timeoutMs)
        : waitUntil('all is as declared', isSettled, timeoutMs));
    } catch (error) {
      throw new Error(`${(error as Error).message}\nplan: ${JSON.stringify(last)}`, { cause: error });
    }
  }

  /** Between two test cases. */
  async reset(): Promise<void> {
    await this.endAll();
    await rm(join(this.folder, 'state'), { recursive: true, force: true });
    await this.engine.reset();
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.#daemons].map(daemon => daemon.end('SIGKILL')));
    this.#daemons.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endAll();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export async function watchPlace(engine: PrivateEngine): Promise<WatchPlace> {
  return new WatchPlace(engine, await mkdtemp(join(tmpdir(), 'fairlead-watch-')));
}
