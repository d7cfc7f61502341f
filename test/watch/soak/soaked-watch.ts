import { readFileSync, readdirSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { waitUntil } from '../../engine/wait-until.js';
import type { Sample } from './soak-samples.js';

/** A watch whose memory, descriptors and events are read while it runs. */
export class SoakedWatch {
  readonly #folder: string;
  readonly #began = performance.now();
  #samples = 0;
  /** Its process, once there is one. */
  pid = 0;

  /** The folder is for its files, and nobody else's. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What it is to be started with. */
  get env(): Record<string, string> {
    return {
      NODE_OPTIONS: `--import=${join(import.meta.dirname, 'heap-on-signal.js')}`,
      FAIRLEAD_TEST_HEAP_FILE: this.#heapFile,
    };
  }

  /** What its config has to say. */
  get config(): string {
    return `watch: { metrics: 'unix:${this.#metricsSocket}' }\n`;
  }

  get seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  async sample(): Promise<Sample> {
    const status = readFileSync(`/proc/${String(this.pid)}/status`, 'utf8');
    const [, rss = 'NaN'] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
    const descriptors = readdirSync(`/proc/${String(this.pid)}/fd`).length;
    const heapBytes = await this.#heap();
    const [events, passes] = await this.#counted();
    return { seconds: this.seconds, rssKiB: Number(rss), descriptors, heapBytes, events, passes };
  }

  async #heap(): Promise<number> {
    process.kill(this.pid, 'SIGUSR2');
    this.#samples += 1;
    let lines: string[] = [];
    await waitUntil(
      'it tells what it holds',
      () => {
        lines = this.#heapLines();
        return lines.length >= this.#samples;
      },
      60_000,
    );
    return Number(lines.at(-1));
  }

  #heapLines(): string[] {
    try {
      return readFileSync(this.#heapFile, 'utf8').split('\n').slice(0, -1);
    } catch {
      return [];
    }
  }

  async #counted(): Promise<readonly [events: number, passes: number]> {
    const body = await new Promise<string>((resolve, reject) => {
      get({ socketPath: this.#metricsSocket, path: '/metrics', agent: false }, answer => {
        text(answer).then(resolve, reject);
      }).on('error', reject);
    });
    const sum = (name: string): number =>
      [...body.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\d+)$`, 'gm'))].reduce(
        (total, [, value]) => total + Number(value),
        0,
      );
    return [sum('fairlead_events_total'), sum('fairlead_passes_total')];
  }

  get #heapFile(): string {
    return join(this.#folder, 'heap');
  }

  get #metricsSocket(): string {
    return join(this.#folder, 'metrics.sock');
  }
}
