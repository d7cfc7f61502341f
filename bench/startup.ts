import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { alignColumns } from '../src/lib/report/columns.js';
import {
  type Environment,
  type MeasuredEngine,
  networkName,
  plainEnvironment,
  startFakeEngine,
  startRealEngine,
} from './engines.js';
import { inMs, median, timeMs } from './sample.js';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 21);
const node = process.execPath;
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const fairlead = path('../bin/run.js');
const configFile = path('./fairlead.yaml');

interface Program {
  readonly name: string;
  readonly command: readonly [file: string, ...args: string[]];
  readonly env?: Environment;
  /** At most so many times `node -e 0`. */
  readonly aim?: number;
  /** What `docker network ls` is to be compared with: the same engine's own row. */
  readonly against?: string;
}

const docker = (engine: MeasuredEngine): string => `docker network ls (${engine.label})`;

function programsOf(engine: MeasuredEngine): Program[] {
  const { env } = engine;
  return [
    {
      name: `fairlead network ensure (${engine.label})`,
      command: [node, fairlead, 'network', 'ensure', networkName],
      env,
      aim: 4,
      against: docker(engine),
    },
    { name: docker(engine), command: ['docker', 'network', 'ls'], env, against: docker(engine) },
  ];
}

function programs(engines: readonly MeasuredEngine[]): Program[] {
  return [
    { name: 'node -e 0', command: [node, '-e', '0'] },
    { name: 'fairlead --version', command: [node, fairlead, '--version'], aim: 2.5 },
    { name: 'fairlead --help', command: [node, fairlead, '--help'], aim: 2.5 },
    ...(existsSync(path('../dist/commands/validate-config.js'))
      ? [
          {
            name: 'fairlead validate-config',
            command: [node, fairlead, 'validate-config', configFile] as const,
            aim: 3,
          },
        ]
      : []),
    ...engines.flatMap(programsOf),
  ];
}

function run({ command: [file, ...args], env = plainEnvironment }: Program): ReturnType<typeof spawnSync> {
  return spawnSync(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
}

/** Why a program cannot be measured: the time of a failure says nothing. It also warms the file cache. */
function failure(program: Program): string | undefined {
  const { error, status, stdout, stderr } = run(program);
  if (error) return error.message;
  return status === 0
    ? undefined
    : `exit code ${String(status)}: ${`${String(stderr)}${String(stdout)}`.trim().split('\n')[0] ?? ''}`;
}

/** Whole-process times. Each round runs every program once and begins with another: drift hits all alike. */
function measure(measured: readonly Program[]): ReadonlyMap<string, readonly number[]> {
  const times = new Map(measured.map(({ name }): [string, number[]] => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const first = round % measured.length;
    for (const program of [...measured.slice(first), ...measured.slice(0, first)]) {
      times.get(program.name)?.push(timeMs(() => run(program)));
    }
  }
  return times;
}

function table(measured: readonly Program[], times: ReadonlyMap<string, readonly number[]>): string[] {
  const middle = (name: string): number => median(times.get(name) ?? []);
  // Of the pairs of each round: what slows a round down slows both.
  const ratio = (name: string, to: string | undefined): string => {
    const base = to === undefined ? undefined : times.get(to);
    if (!base) return '–';
    return median((times.get(name) ?? []).map((time, round) => time / (base[round] ?? NaN))).toFixed(2);
  };
  return alignColumns([
    ['program', 'median ms', 'min ms', '× node -e 0', 'aim', '× docker network ls'],
    ...measured.map(({ name, aim, against }) => [
      name,
      inMs(middle(name)),
      inMs(Math.min(...(times.get(name) ?? []))),
      ratio(name, 'node -e 0'),
      aim === undefined ? '' : `≤ ${String(aim)}`,
      ratio(name, against),
    ]),
  ]);
}

const real = await startRealEngine();
const engines = [await startFakeEngine(), ...(typeof real === 'string' ? [] : [real])];
try {
  const all = programs(engines).map(program => ({ program, why: failure(program) }));
  const measured = all.flatMap(({ program, why }) => (why === undefined ? [program] : []));
  const times = measure(measured);
  const skipped = all.flatMap(({ program, why }) => (why === undefined ? [] : [`${program.name}: ${why}`]));
  if (typeof real === 'string') skipped.push(`a real engine: ${real}`);
  console.log(
    [
      `whole processes, ${String(rounds)} rounds in rotating order, Node ${process.versions.node}`,
      '',
      ...table(measured, times),
      ...(skipped.length > 0 ? ['', ...skipped.map(line => `not measured: ${line}`)] : []),
    ].join('\n'),
  );
} finally {
  for (const engine of engines) await engine.stop();
}
