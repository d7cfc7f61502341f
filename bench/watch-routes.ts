import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runContainer } from '../test/engine/containers.js';
import { startTargets, startWarp, targetName, warpName } from './warps-targets.js';
import { Latency, seen } from './watch-samples.js';
import { floorTable, ownTable, routesOf, type WatchScene } from './watch-scene.js';

const target = targetName(0);

/** What Fairlead writes for a target of everything, in the words of a script. */
function lines(gateway: string): readonly [v4: string, v6: string, via: string] {
  const closed = [
    'route add unreachable default table 7700 metric 4294967295 protocol 77',
    'rule add protocol 77 priority 10001 lookup main suppress_prefixlength 0',
    'rule add protocol 77 priority 10110 lookup 7700',
  ].join('\n');
  const via = `default via ${gateway} dev eth0 table 7700 metric 77 protocol 77\n`;
  return [`${closed}\nroute add ${via}`, `${closed}\n`, via];
}

/** A warp and its target, once for Fairlead and, in another table, twice for the floor: to restart and to keep. */
export async function routeScene(scene: WatchScene): Promise<void> {
  const { engine } = scene;
  await startWarp(engine);
  await startTargets(engine, 0, 1);
  const [v4, v6, via] = lines(await scene.addressOf(warpName, 'work'));
  const file = join(engine.dir, 'floor');
  await writeFile(`${file}.4`, v4);
  await writeFile(`${file}.6`, v6);
  await writeFile(`${file}.delete`, `route delete ${via}`);
  await writeFile(`${file}.add`, `route replace ${via}`);
  const network = 'work';
  await runContainer(engine, { name: 'floor-target', network, labels: { 'floor.routes': file } });
  await runContainer(engine, { name: 'floor-kept', network });
  const pid = String(await scene.pidOf('floor-kept'));
  await engine.exec('nsenter', [`--net=/proc/${pid}/ns/net`, 'ip', '-4', '-batch', `${file}.4`]);
  const labels = { 'floor.withdraw': `${file}.delete`, 'floor.of': pid };
  await runContainer(engine, { name: 'floor-warp', network, labels });
}

/** Killed, and started anew: from the start to the last of what is placed. */
async function restarted(scene: WatchScene, name: string, table: RegExp): Promise<number> {
  await scene.kill(name);
  const { atMs } = await scene.start(name);
  const pid = await scene.pidOf(name);
  const { at } = await seen(`${name} is routed`, () => routesOf(pid, table).via || undefined);
  return at - atMs;
}

/** From the death of a warp to the end of the ways to it in all these namespaces. */
async function withdrawn(
  scene: WatchScene,
  warp: string,
  pids: readonly number[],
  table: RegExp,
): Promise<number> {
  const { atMs } = await scene.kill(warp);
  const { at } = await seen(
    `no way to ${warp}`,
    () => pids.every(pid => !routesOf(pid, table).via) || undefined,
  );
  return at - atMs;
}

async function back(scene: WatchScene, pids: readonly number[]): Promise<number> {
  const { atMs } = await scene.start(warpName);
  const { at } = await seen('all ways', () => pids.every(pid => routesOf(pid, ownTable).via) || undefined);
  return at - atMs;
}

export async function measureRoutes(
  scene: WatchScene,
  targets: number,
  rounds: number,
  where: string,
): Promise<Latency[]> {
  const { engine } = scene;
  const of = targets === 1 ? 'its target' : `its ${String(targets)} targets`;
  const place = new Latency(`restart of a target → routed, ${where}`);
  const withdraw = new Latency(`death of a warp → no way to it in ${of}, ${where}`);
  const open = new Latency(`start of a warp → a way to it in ${of}, ${where}`);
  await scene.watch('warp: {}\n');
  await scene.floor();
  const names = Array.from({ length: targets }, (_, at) => targetName(at));
  const pidsNow = (): Promise<number[]> => Promise.all(names.map(name => scene.pidOf(name)));
  const all = await pidsNow();
  await seen('all are routed', () => all.every(pid => routesOf(pid, ownTable).via) || undefined);
  const kept = await scene.pidOf('floor-kept');
  const add = [`--net=/proc/${String(kept)}/ns/net`, 'ip', '-4', '-batch', join(engine.dir, 'floor.add')];
  for (let round = 0; round <= rounds; round += 1) {
    const placed = await restarted(scene, target, ownTable);
    const floorPlaced = await restarted(scene, 'floor-target', floorTable);
    const pids = await pidsNow();
    const gone = await withdrawn(scene, warpName, pids, ownTable);
    const opened = await back(scene, pids);
    const floorGone = await withdrawn(scene, 'floor-warp', [kept], floorTable);
    await engine.exec('nsenter', add);
    await scene.start('floor-warp');
    if (round === 0) continue;
    place.ms.push(placed);
    place.floorMs.push(floorPlaced);
    withdraw.ms.push(gone);
    withdraw.floorMs.push(floorGone);
    open.ms.push(opened);
  }
  await scene.end();
  return [place, withdraw, open];
}
