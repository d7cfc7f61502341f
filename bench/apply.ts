import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { alignColumns } from '../src/lib/report/columns.js';
import { countingProxy } from '../test/acceptance/counting-proxy.js';
import { program } from '../test/acceptance/fairlead.js';
import { createContainer } from '../test/engine/containers.js';
import { type PrivateEngine, startEngine } from '../test/engine/private-engine.js';
import { plainEnvironment } from './engines.js';
import { inMs, timeAsyncMs } from './sample.js';

// Whole runs of `apply` on a real engine, with everything to do and with nothing, beside the docker client doing the
// same, one process a change as a script would. `--large` adds the sizes that take minutes.
const large = process.argv.includes('--large');
const networkCounts = large ? [1, 50, 500] : [1, 50];
const attachmentCounts = large ? [10, 200, 1000] : [10, 200];

type Row = readonly string[];

interface Measured {
  readonly ms: number;
  readonly calls: string;
}

async function measureApply(engine: PrivateEngine, config: string): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-bench-'));
  const proxy = await countingProxy(engine.socketPath);
  try {
    const file = join(folder, 'fairlead.yaml');
    await writeFile(file, config);
    const env = { ...plainEnvironment, DOCKER_HOST: proxy.host, FAIRLEAD_STATE_DIR: folder };
    const ms = await timeAsyncMs(() =>
      execa(process.execPath, [program, 'apply', '--config', file], { env, extendEnv: false }),
    );
    return { ms, calls: `${String(proxy.reads)} + ${String(proxy.changes)}` };
  } finally {
    await proxy.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureDocker(
  engine: PrivateEngine,
  commands: readonly (readonly string[])[],
): Promise<number> {
  return timeAsyncMs(async () => {
    for (const args of commands) await engine.docker(...args);
  });
}

function row(what: string, fairlead: Measured, dockerMs: number | undefined): Row {
  const docker = dockerMs === undefined ? ['–', '–'] : [inMs(dockerMs), (fairlead.ms / dockerMs).toFixed(2)];
  return [what, inMs(fairlead.ms), fairlead.calls, ...docker];
}

const names = (count: number, prefix: string): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(4, '0')}`);

async function networkRows(engine: PrivateEngine, count: number): Promise<Row[]> {
  const declared = names(count, 'n');
  const config = `networks:\n${declared.map(name => `  ${name}: {}`).join('\n')}\n`;
  const dockerMs = await measureDocker(
    engine,
    declared.map(name => ['network', 'create', name]),
  );
  await engine.reset();
  const all = await measureApply(engine, config);
  const none = await measureApply(engine, config);
  await engine.reset();
  const what = `${String(count)} ${count === 1 ? 'network' : 'networks'}`;
  return [row(`${what}, all to create`, all, dockerMs), row(`${what}, nothing to do`, none, undefined)];
}

async function attachmentRows(engine: PrivateEngine, count: number): Promise<Row[]> {
  const config =
    'networks: { shared: {} }\nattachments: [{ select: { labels: [tier] }, networks: [shared] }]\n';
  await engine.docker('network', 'create', '--subnet', '10.64.0.0/16', 'shared');
  // Created and not started: what is measured is the attaching.
  for (const name of names(count, 'c')) await createContainer(engine, { name, labels: { tier: 'web' } });
  const all = await measureApply(engine, config);
  const none = await measureApply(engine, config);
  const leave = names(count, 'c').map(name => ['network', 'disconnect', 'shared', name]);
  for (const args of leave) await engine.docker(...args);
  const dockerMs = await measureDocker(
    engine,
    names(count, 'c').map(name => ['network', 'connect', 'shared', name]),
  );
  await engine.reset();
  const what = `${String(count)} attachments`;
  return [row(`${what}, all to make`, all, dockerMs), row(`${what}, nothing to do`, none, undefined)];
}

const engine = await startEngine({ release: '28.5', pools: [{ base: '172.16.0.0/12', size: 24 }] });
try {
  const rows: Row[] = [];
  for (const count of networkCounts) rows.push(...(await networkRows(engine, count)));
  for (const count of attachmentCounts) rows.push(...(await attachmentRows(engine, count)));
  const head = ['apply, whole process', 'ms', 'reads + changes', 'docker client ms', 'ratio'];
  console.log(
    [`fairlead apply on Engine ${engine.version}, one run each`, '', ...alignColumns([head, ...rows])].join(
      '\n',
    ),
  );
} finally {
  await engine.stop();
}
