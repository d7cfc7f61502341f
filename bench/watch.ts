import { alignColumns } from '../src/lib/report/columns.js';
import { startTargets } from './warps-targets.js';
import { idleRows } from './watch-idle.js';
import { measureProxies, proxyScene } from './watch-proxies.js';
import { measureRoutes, routeScene } from './watch-routes.js';
import { startWatchScene } from './watch-scene.js';

// From an event of the engine to what `fairlead watch` does about it, beside a script that does the same without a
// look at anything; then what a watch costs while nothing happens.
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 15);
const networks = Number(process.env['BENCH_NETWORKS'] ?? 100);
const targets = Math.ceil(networks / 2);

await using scene = await startWatchScene();
await proxyScene(scene);
await routeScene(scene);
const small = 'empty host';
const proxy = await measureProxies(scene, rounds, small);
const routes = await measureRoutes(scene, 1, rounds, small);
await scene.crowd(networks);
const large = `${String(2 * networks)} containers, ${String(networks)} networks`;
const crowdedProxy = await measureProxies(scene, rounds, large);
await startTargets(scene.engine, 1, targets);
const crowdedRoutes = await measureRoutes(scene, targets, rounds, large);
const idle = await idleRows(scene.engine);
console.log(
  [
    `fairlead watch on Engine ${scene.engine.version}, 1.3 s after the event before`,
    '',
    ...alignColumns([
      ['event → effect', 'times', 'median ms', 'p95 ms', 'floor median', 'floor p95', 'ratio'],
      ...[proxy.connect, ...routes, crowdedProxy.connect, ...crowdedRoutes].map(latency => latency.row()),
    ]),
    '',
    `calls for a start, ${small}: ${proxy.calls}`,
    `calls for a start, ${large}: ${crowdedProxy.calls}`,
    '',
    ...alignColumns([
      ['watch on 1,000 containers (fake engine)', 'passes', 'CPU ms', 'of the time', 'RSS MB'],
      ...idle,
    ]),
  ].join('\n'),
);
