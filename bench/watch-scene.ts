import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runContainer } from '../test/engine/containers.js';
import { createNetwork } from '../test/engine/networks.js';
import { type PrivateEngine, startEngine } from '../test/engine/private-engine.js';
import { startProgram } from './warps-program.js';
import { followBare, type ToldEvent } from './watch-events.js';
import { seen } from './watch-samples.js';

/** Longer than the quiet after which a watch takes an event for the first of its kind. */
const pauseMs = 1300;

/** An engine whose events are followed, and whatever runs on it to be measured. */
export class WatchScene implements AsyncDisposable {
  readonly engine: PrivateEngine;
  readonly #told: ToldEvent[] = [];
  readonly #unfollow: () => void;
  #children: ChildProcess[] = [];

  constructor(engine: PrivateEngine, told: ToldEvent[], unfollow: () => void) {
    this.engine = engine;
    this.#told = told;
    this.#unfollow = unfollow;
  }

  /** `fairlead watch` as a service, in the namespace of the engine. */
  async watch(config: string, host = this.engine.host): Promise<ChildProcess> {
    const file = join(this.engine.dir, 'bench.yaml');
    await writeFile(file, config);
    return this.#keep(startProgram(this.engine, 'watch', '--config', file, '--host', host));
  }

  /** The script that does without a look what its labels say. */
  async floor(socketPath = this.engine.socketPath): Promise<void> {
    const script = new URL('./watch-floor.ts', import.meta.url).pathname;
    const child = this.engine.spawn(process.execPath, ['--import', 'tsx', script, socketPath], {
      env: { NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    this.#keep(child);
    await seen('the floor follows the events', () => (said === '' ? undefined : said));
  }

  /** Ends what was started to be measured. */
  async end(): Promise<void> {
    for (const child of this.#children) child.kill('SIGTERM');
    await seen('they have ended', () => this.#children.every(hasEnded) || undefined);
    this.#children = [];
  }

  /** Does something to a container, after a pause, and gives what the engine says when it was. */
  async event(what: string, doIt: () => Promise<unknown>): Promise<ToldEvent> {
    await delay(pauseMs);
    this.#told.length = 0;
    await doIt();
    return (await seen(what, () => this.#told.find(event => event.what === what))).value;
  }

  start(name: string): Promise<ToldEvent> {
    return this.event(`start ${name}`, () => this.engine.api('POST', `/containers/${name}/start`));
  }

  kill(name: string): Promise<ToldEvent> {
    return this.event(`die ${name}`, () => this.engine.api('POST', `/containers/${name}/kill`));
  }

  async pidOf(name: string): Promise<number> {
    const { State } = await this.engine.api<{ State: { Pid: number } }>('GET', `/containers/${name}/json`);
    return State.Pid;
  }

  async addressOf(name: string, network: string): Promise<string> {
    const { NetworkSettings } = await this.engine.api<{
      NetworkSettings: { Networks: Record<string, { IPAddress: string }> };
    }>('GET', `/containers/${name}/json`);
    return NetworkSettings.Networks[network]?.IPAddress ?? '';
  }

  /** Two containers on each of so many networks, which are nothing to anybody. */
  async crowd(networks: number): Promise<void> {
    const left = Array.from({ length: networks }, (_, at) => at);
    const fill = async (): Promise<void> => {
      for (let at = left.shift(); at !== undefined; at = left.shift()) {
        const network = `app${String(at)}_default`;
        await createNetwork(this.engine, { name: network, subnet: `10.65.${String(at)}.0/24` });
        for (const service of ['web', 'db']) {
          await runContainer(this.engine, { name: `app${String(at)}-${service}`, network, init: false });
        }
      }
    };
    await Promise.all([fill(), fill(), fill()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unfollow();
    await this.engine.stop();
  }

  #keep(child: ChildProcess): ChildProcess {
    child.stdout?.resume();
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
    child.once('exit', code => {
      if (code !== 0 && code !== null) console.error(`it ended with ${String(code)}: ${said}`);
    });
    this.#children.push(child);
    return child;
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

export async function startWatchScene(): Promise<WatchScene> {
  const engine = await startEngine({ release: '28.5' });
  const told: ToldEvent[] = [];
  const unfollow = await followBare(engine.socketPath, event => told.push(event));
  return new WatchScene(engine, told, unfollow);
}

/** The tables of routes that Fairlead makes, and the one of the floor. */
export const ownTable = /^21[45]\d{5}$/;
export const floorTable = /^7700$/;

/** Whether a namespace has such a table, and a way out in it: by the kernel's own list, without a process. */
export function routesOf(pid: number, table: RegExp): { readonly there: boolean; readonly via: boolean } {
  let trie: string;
  try {
    trie = readFileSync(`/proc/${String(pid)}/net/fib_trie`, 'latin1');
  } catch {
    return { there: false, via: false };
  }
  // `Id 21400001:` begins a table, as `Main:` and `Local:` do; what is in them is further in.
  const own = trie.split(/^(?=\S)/m).filter(text => table.test(/^Id (\d+):/.exec(text)?.[1] ?? ''));
  return { there: own.length > 0, via: own.some(text => text.includes('/0 universe UNICAST')) };
}
