import { alignColumns } from '../src/lib/report/columns.js';
import { type PrivateEngine, startEngine } from '../test/engine/private-engine.js';
import { inMs, median, timeAsyncMs } from './sample.js';
import { percentile } from './watch-samples.js';
import type { InsideMeasures, KernelCost } from './warps-inside.js';
import { runProgram } from './warps-program.js';
import { startTargets, startWarp, targetName } from './warps-targets.js';

// Routing containers through another one: what is asked of the kernel for one of them, and whole runs for one and for
// many, beside the bare tools with the same lines.
const many = Number(process.env['BENCH_TARGETS'] ?? 200);
const insideScript = new URL('./warps-inside.ts', import.meta.url).pathname;

interface Whole {
  readonly what: string;
  readonly ms: number[];
  readonly floorMs?: number;
}

async function measureInside(engine: PrivateEngine): Promise<InsideMeasures> {
  const printed = await engine.exec(process.execPath, ['--import', 'tsx', insideScript], {
    timeoutMs: 600_000,
    env: { NODE_OPTIONS: '' },
  });
  return JSON.parse(printed) as InsideMeasures;
}

/** Everything to do and nothing, back and forth. */
async function wholeRuns(
  engine: PrivateEngine,
  who: string,
  rounds: number,
  floor?: Pick<InsideMeasures, 'routeAllMs' | 'clearAllMs'>,
): Promise<Whole[]> {
  const rows: Whole[] = [
    { what: `warp route, ${who}, everything to do`, ms: [], ...(floor && { floorMs: floor.routeAllMs }) },
    { what: `warp route, ${who}, nothing to do`, ms: [] },
    { what: `warp list, ${who}`, ms: [] },
    { what: `warp unroute, ${who}`, ms: [], ...(floor && { floorMs: floor.clearAllMs }) },
  ];
  const commands = ['route', 'route', 'list', 'unroute'];
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, command] of commands.entries()) {
      rows[at]?.ms.push(await runProgram(engine, 'warp', command));
    }
  }
  return rows;
}

/** One more of many that are routed: what `unroute` and `route` of a single one cost among them. */
async function oneAmongMany(engine: PrivateEngine, rounds: number): Promise<Whole[]> {
  const among = `1 of ${String(many)} routed`;
  const unroute: Whole = { what: `warp unroute, ${among}`, ms: [] };
  const route: Whole = { what: `warp route, ${among}`, ms: [] };
  await runProgram(engine, 'warp', 'route');
  for (let round = 0; round < rounds; round += 1) {
    unroute.ms.push(await runProgram(engine, 'warp', 'unroute', targetName(round)));
    route.ms.push(await runProgram(engine, 'warp', 'route', targetName(round)));
  }
  await runProgram(engine, 'warp', 'unroute');
  return [unroute, route];
}

function costRow({ what, ms, floorMs, run: processes }: KernelCost): string[] {
  const bare = median(floorMs);
  const ratio = median(ms.map((each, at) => each / (floorMs[at] ?? NaN)));
  const isBare = processes.length > 0;
  return [
    what,
    inMs(median(ms)),
    inMs(percentile(ms, 95)),
    isBare ? inMs(bare) : '–',
    isBare ? ratio.toFixed(2) : '–',
    isBare ? `${String(processes.length)}: ${processes.join(', ')}` : '0',
  ];
}

function wholeRow({ what, ms, floorMs }: Whole): string[] {
  const middle = median(ms);
  const floor = floorMs === undefined ? ['–', '–'] : [inMs(floorMs), (middle / floorMs).toFixed(2)];
  return [what, String(ms.length), inMs(middle), inMs(Math.min(...ms)), ...floor];
}

const engine = await startEngine({ release: '28.5' });
try {
  await startWarp(engine);
  await startTargets(engine, 0, 1);
  const single = await wholeRuns(engine, '1 target', 7);
  const starting = await timeAsyncMs(() => startTargets(engine, 1, many));
  const measures = await measureInside(engine);
  const all = await wholeRuns(engine, `${String(many)} targets`, 3, measures);
  const among = await oneAmongMany(engine, 5);
  const bare = 'bare tools ms';
  console.log(
    [
      `routing on Engine ${engine.version}, ${String(many)} targets (started in ${inMs(starting / 1000)} s), ${String(measures.holders)} found routed`,
      '',
      ...alignColumns([
        ['of the kernel, for one', 'median ms', 'p95 ms', bare, 'ratio', 'processes'],
        ...measures.costs.map(costRow),
      ]),
      '',
      ...alignColumns([
        ['whole process', 'runs', 'median ms', 'min ms', bare, 'ratio'],
        ...[...single, ...all, ...among].map(wholeRow),
      ]),
    ].join('\n'),
  );
} finally {
  await engine.stop();
}
