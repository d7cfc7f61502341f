import { fakeEngine } from '../test/support/fake-engine.js';
import type { FakeDaemon } from '../test/support/fake-daemon.js';
import type { NetworkSpec } from '../src/lib/model/network.js';
import type { Plan } from '../src/lib/model/plan.js';
import type { World } from '../src/lib/model/world.js';
import { declareNetwork } from '../src/lib/networks/declaration.js';
import { planNetworks } from '../src/lib/networks/plan.js';
import { defaultProxyName, proxyDeclaration } from '../src/lib/proxies/declaration.js';
import { inspectionFor } from '../src/lib/proxies/inspection.js';
import { planProxies } from '../src/lib/proxies/plan.js';
import { observe } from '../src/lib/reconcile/observe/observe.js';
import { runPass } from '../src/lib/reconcile/pass.js';
import { alignColumns } from '../src/lib/report/columns.js';
import { crowdSize, crowdedHost, subnetOf } from './crowd.js';
import { inMs, median, sampleMs, timeAsyncMs } from './sample.js';

const planRuns = 101;
const aimMs = 20;
const declarations = [proxyDeclaration(defaultProxyName)];

/** What was asked of the engine since the last time, by kind. */
function callsMade(daemon: FakeDaemon): string {
  const kinds = new Map<string, number>();
  for (const call of daemon.calls.splice(0)) {
    const kind = call.replace(/\b[0-9a-f]{64}\b/, 'ID');
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return [...kinds].map(([kind, count]) => `${String(count)} × ${kind}`).join(', ');
}

async function observed(daemon: FakeDaemon): Promise<World> {
  const world = await observe(fakeEngine(daemon), inspectionFor(declarations));
  daemon.calls.length = 0;
  return world;
}

function planRow(what: string, plan: () => Plan): string[] {
  const took = sampleMs(planRuns, plan);
  const { steps, findings } = plan();
  const size = `${String(steps.length)} steps, ${String(findings.length)} findings`;
  return [what, inMs(median(took)), inMs(Math.min(...took)), `≤ ${String(aimMs)}`, size];
}

async function passRow(what: string, daemon: FakeDaemon): Promise<string[]> {
  const engine = fakeEngine(daemon);
  const observing = await timeAsyncMs(() => observe(engine, inspectionFor(declarations)));
  daemon.calls.length = 0;
  const whole = await timeAsyncMs(() =>
    runPass(
      engine,
      {
        observe: (asked, signal) => observe(asked, inspectionFor(declarations), signal),
        plan: world => planProxies(declarations, world),
      },
      { dryRun: false },
    ),
  );
  return [what, inMs(observing), inMs(whole), callsMade(daemon)];
}

/** The crowd's own networks as an owner would declare them. */
function declared(world: World): NetworkSpec[] {
  return world.networks
    .filter(({ name }) => name.endsWith('_default'))
    .map(({ name, driver, internal, ipam }) => ({ name, driver, internal, ipam: { pools: ipam.pools } }));
}

const daemon = crowdedHost();
const before = await observed(daemon);
const existing = declared(before);
const missing = existing.map(({ name }): NetworkSpec => ({ name: `new_${name}` }));
const missingSubnets = missing.map((spec, index): NetworkSpec => ({
  ...spec,
  ipam: { pools: [{ subnet: subnetOf(11, index) }] },
}));
const passes = [await passRow('first', daemon), await passRow('second', daemon)];
const after = await observed(daemon);

const { networks, containers } = crowdSize;
console.log(
  [
    `proxy join, ${String(containers)} containers × ${String(networks)} networks, fake engine in process`,
    '',
    ...alignColumns([['pass', 'observe ms', 'whole ms', 'calls'], ...passes]),
    '',
    ...alignColumns([
      ['plan', 'median ms', 'min ms', 'aim', 'size'],
      planRow('proxy join, first pass', () => planProxies(declarations, before)),
      planRow('proxy join, second pass', () => planProxies(declarations, after)),
      planRow(`network ensure, ${String(networks)} as declared`, () =>
        planNetworks(
          existing.map(spec => declareNetwork(spec)),
          before,
        ),
      ),
      planRow(`network ensure, ${String(networks)} missing`, () =>
        planNetworks(
          missing.map(spec => declareNetwork(spec)),
          before,
        ),
      ),
      planRow(`network ensure, ${String(networks)} missing with subnets`, () =>
        planNetworks(
          missingSubnets.map(spec => declareNetwork(spec)),
          before,
        ),
      ),
    ]),
  ].join('\n'),
);
