import { expect } from 'chai';
import fc from 'fast-check';
import { FakeDaemon, type Release } from '../support/fake-daemon.js';
import { fakeEngine } from '../support/fake-engine.js';
import { MemoryJournal } from '../support/memory-journal.js';
import { defaultConfig } from '../../src/lib/config/default-config.js';
import type { FairleadConfig } from '../../src/lib/config/schema.js';
import type { Plan } from '../../src/lib/model/plan.js';
import type { World } from '../../src/lib/model/world.js';
import { apply } from '../../src/lib/reconcile/apply/apply.js';
import { declaredIn, inspectionForAll } from '../../src/lib/reconcile/declared.js';
import { observe } from '../../src/lib/reconcile/observe/observe.js';
import { planAll } from '../../src/lib/reconcile/plan.js';
import { declaredProxy } from '../support/declared-proxy.js';

const networks = ['alpha', 'middle', 'zulu'] as const;

const hosts = fc.record({
  release: fc.constantFrom<Release>('20.10', '26.1', '28.5'),
  existing: fc.subarray([...networks]),
  containers: fc.array(
    fc.record({
      state: fc.constantFrom('running', 'running', 'paused', 'exited', 'created'),
      labels: fc.constantFrom<Record<string, string>>(
        {},
        { tier: 'back' },
        { tier: 'front', 'traefik.enable': 'true' },
        { 'com.docker.compose.project': 'crm', 'com.docker.compose.service': 'api' },
        { 'com.docker.compose.project': 'crm', 'com.docker.compose.service': 'db' },
      ),
      env: fc.constantFrom<string[]>([], ['VIRTUAL_HOST=a.local']),
    }),
    { maxLength: 6 },
  ),
  proxy: fc.constantFrom('running', 'exited', 'created', 'missing'),
});

const declared = fc.record({
  networks: fc.subarray([...networks]),
  tier: fc.option(fc.constantFrom('tier', 'tier=back')),
  app: fc.boolean(),
  proxy: fc.boolean(),
});

type Host = typeof hosts extends fc.Arbitrary<infer T> ? T : never;
type Declared = typeof declared extends fc.Arbitrary<infer T> ? T : never;

function build({ release, existing, containers, proxy }: Host): FakeDaemon {
  const daemon = new FakeDaemon(release);
  daemon.addNetwork('edge');
  for (const name of existing) daemon.addNetwork(name);
  if (proxy !== 'missing') daemon.addContainer('http-proxy', { networks: ['edge'], state: proxy });
  containers.forEach((container, i) => daemon.addContainer(`c${String(i)}`, container));
  return daemon;
}

function configOf(sketch: Declared): FairleadConfig {
  const plainNetwork = { external: false, on_drift: 'error', egress: 'any' } as const;
  const appNetwork = { on_drift: 'error', egress: 'any' } as const;
  const base = defaultConfig();
  const target = sketch.networks[0];
  return {
    ...base,
    networks: Object.fromEntries(sketch.networks.map(name => [name, plainNetwork])),
    attachments:
      sketch.tier !== null && target !== undefined
        ? [{ select: { labels: [sketch.tier] }, networks: [target] }]
        : [],
    apps: sketch.app
      ? {
          crm: {
            networks: { back: appNetwork },
            services: { api: { networks: ['back'] }, db: { networks: ['back'] } },
          },
        }
      : {},
    proxies: sketch.proxy ? [declaredProxy] : [],
  };
}

interface Looked {
  readonly world: World;
  readonly plan: Plan;
}

async function look(daemon: FakeDaemon, config: FairleadConfig): Promise<Looked> {
  const everything = declaredIn(config);
  const world = await observe(fakeEngine(daemon), inspectionForAll(everything));
  const options = { force: false, prune: false, pending: [], underWay: new Set<string>() };
  return { world, plan: planAll(everything, world, options) };
}

async function run(daemon: FakeDaemon, config: FairleadConfig, steps = Infinity): Promise<void> {
  const { world, plan } = await look(daemon, config);
  const { results } = await apply(
    fakeEngine(daemon),
    world.engine,
    { ...plan, steps: plan.steps.slice(0, steps) },
    { journal: new MemoryJournal() },
  );
  expect(results.filter(({ outcome }) => outcome !== 'done')).to.deep.equal([]);
}

const memberships = (daemon: FakeDaemon): unknown =>
  daemon.containers.map(({ Name, Networks }) => [Name, Object.keys(Networks).sort()]);

describe('Whatever is declared of whatever host', () => {
  it('one pass settles all jobs, and the second plan is empty', async () => {
    await fc.assert(
      fc.asyncProperty(hosts, declared, async (host, sketch) => {
        const daemon = build(host);
        const config = configOf(sketch);
        await run(daemon, config);
        expect((await look(daemon, config)).plan.steps).to.deep.equal([]);
      }),
      { numRuns: 300 },
    );
  });

  it('a run that is killed after any step is finished by the next', async () => {
    await fc.assert(
      fc.asyncProperty(hosts, declared, fc.nat(8), async (host, sketch, killedAfter) => {
        const config = configOf(sketch);
        const whole = build(host);
        await run(whole, config);
        const killed = build(host);
        await run(killed, config, killedAfter);
        await run(killed, config);
        expect(memberships(killed)).to.deep.equal(memberships(whole));
      }),
      { numRuns: 200 },
    );
  });

  it('what is no longer declared is undone, and what was there before is as it was', async () => {
    await fc.assert(
      fc.asyncProperty(hosts, declared, async (host, sketch) => {
        const daemon = build(host);
        const before = memberships(daemon);
        await run(daemon, configOf({ ...sketch, proxy: false }));
        await run(daemon, configOf({ networks: [], tier: null, app: false, proxy: false }));
        expect(memberships(daemon)).to.deep.equal(before);
        expect(daemon.networks.map(({ Name }) => Name)).to.include.members(['edge', ...host.existing]);
      }),
      { numRuns: 200 },
    );
  });
});
