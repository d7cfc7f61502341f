import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PrivateEngine } from '../test/engine/private-engine.js';
import { inMs } from './sample.js';
import { startProgram } from './warps-program.js';
import type { Happening } from './watch-crowd-process.js';

const idleSeconds = Number(process.env['BENCH_IDLE_SECONDS'] ?? 60);
/** USER_HZ, the same on every architecture Node runs on. */
const ticksPerSecond = 100;

interface Phase {
  readonly what: string;
  readonly happening: Happening;
  readonly times: number;
  readonly atOnce?: number;
  readonly everyMs: number;
}

const phases: readonly Phase[] = [
  { what: 'nothing happens', happening: 'nothing', times: 1, everyMs: idleSeconds * 1000 },
  { what: '20 changes of health, 1.3 s apart', happening: 'health', times: 20, everyMs: 1300 },
  { what: '20 restarts of a container, 1.3 s apart', happening: 'restart', times: 20, everyMs: 1300 },
  { what: '500 restarts at once', happening: 'restart', times: 1, atOnce: 500, everyMs: 10_000 },
  { what: '1,000 health checks (exec) at once', happening: 'exec', times: 1, atOnce: 1000, everyMs: 10_000 },
];

function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
}

function residentMb(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

/** What a watch over the crowd costs while nothing happens, and for what does. In a namespace that is not the host's. */
export async function idleRows(place: PrivateEngine): Promise<string[][]> {
  const script = new URL('./watch-crowd-process.ts', import.meta.url).pathname;
  const crowd = fork(script, { execArgv: ['--import', 'tsx'] });
  const [host] = (await once(crowd, 'message')) as [string];
  const tell = async (happening: Happening, times = 1): Promise<number> => {
    const answer = once(crowd, 'message') as Promise<[number]>;
    crowd.send([happening, times]);
    return (await answer)[0];
  };
  const file = join(place.dir, 'crowd.yaml');
  await writeFile(file, 'proxies: [{ container: http-proxy }]\n');
  const watch = startProgram(place, 'watch', '--config', file, '--host', host);
  watch.stdout?.resume();
  watch.stderr?.resume();
  const pid = watch.pid ?? 0;
  const rows: string[][] = [];
  try {
    await delay(10_000);
    rows.push(['the first 10 s', String(await tell('nothing')), inMs(cpuMs(pid)), '', inMs(residentMb(pid))]);
    for (const { what, happening, times, atOnce = 1, everyMs } of phases) {
      const before = cpuMs(pid);
      const begun = performance.now();
      let passes = 0;
      await tell('nothing');
      for (let left = times; left > 0; left -= 1) {
        passes += await tell(happening, atOnce);
        await delay(everyMs);
      }
      const used = cpuMs(pid) - before;
      const share = (100 * used) / (performance.now() - begun);
      passes += await tell('nothing');
      rows.push([what, String(passes), inMs(used), `${share.toFixed(2)} %`, inMs(residentMb(pid))]);
    }
  } finally {
    watch.kill('SIGTERM');
    crowd.disconnect();
    await once(crowd, 'exit');
  }
  return rows;
}
