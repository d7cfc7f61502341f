import { expect } from 'chai';
import fc from 'fast-check';
import { FakeDaemon, type Release } from '../support/fake-daemon.js';
import { fakeEngine } from '../support/fake-engine.js';
import type { NetworkSpec } from '../../src/lib/model/network.js';
import type { Plan } from '../../src/lib/model/plan.js';
import { declareNetwork } from '../../src/lib/networks/declaration.js';
import { planNetworks } from '../../src/lib/networks/plan.js';
import { isHome } from '../../src/lib/model/membership.js';
import { proxyDeclaration } from '../../src/lib/proxies/declaration.js';
import { inspectionFor } from '../../src/lib/proxies/inspection.js';
import { planProxies } from '../../src/lib/proxies/plan.js';
import { apply } from '../../src/lib/reconcile/apply.js';
import { observe } from '../../src/lib/reconcile/observe.js';
import type { World } from '../../src/lib/model/world.js';

const releases: fc.Arbitrary<Release> = fc.constantFrom('20.10', '26.1', '28.5');
const networkNames = ['app', 'blog', 'proxy_default', 'shop', 'zoo'] as const;

const label = fc.constantFrom(
  { 'traefik.enable': 'true' },
  { 'traefik.enable': 'false' },
  { 'traefik.http.routers.x.rule': 'Host(`x`)' },
  { 'fairlead.proxy': 'false', 'traefik.enable': 'true' },
  { 'com.docker.compose.oneoff': 'True' },
  { 'fairlead.network': 'shop' },
  {},
);

const containers = fc.array(
  fc.record({
    state: fc.constantFrom('running', 'running', 'paused', 'exited', 'created', 'restarting'),
    labels: label,
    env: fc.constantFrom<string[]>([], ['VIRTUAL_HOST=a.local'], ['VIRTUAL_HOST='], ['PATH=/bin']),
    networks: fc.subarray([...networkNames], { minLength: 0 }),
    mode: fc.constantFrom(undefined, undefined, undefined, 'host', 'none'),
  }),
  { maxLength: 8 },
);

const proxySketch = fc.record({
  state: fc.constantFrom('running', 'running', 'paused', 'exited', 'created'),
  home: fc.constantFrom('bridge', 'proxy_default'),
  /** Connected by a person. */
  foreign: fc.subarray(['app', 'zoo']),
  /** Joined by Fairlead before. */
  joined: fc.subarray(['blog', 'shop']),
  publishes: fc.constantFrom([], [80]),
});

const scene = fc.record({
  release: releases,
  internal: fc.subarray([...networkNames]),
  proxy: proxySketch,
  containers,
});
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

function build({ release, internal, proxy, containers: sketches }: Scene): FakeDaemon {
  const daemon = new FakeDaemon(release);
  for (const name of networkNames) daemon.addNetwork(name, { Internal: internal.includes(name) });
  daemon.addContainer('http-proxy', {
    state: proxy.state,
    networks: [proxy.home, ...proxy.foreign],
    publishes: proxy.publishes,
  });
  for (const name of proxy.joined) {
    daemon.join('http-proxy', name, { DriverOpts: { 'fairlead.owner': 'proxy' }, GwPriority: -1 });
  }
  sketches.forEach(({ mode, networks, ...settings }, i) => {
    daemon.addContainer(`app${String(i)}`, {
      ...settings,
      ...(mode === undefined ? { networks } : { mode, networks: [] }),
    });
  });
  return daemon;
}

const proxies = [proxyDeclaration('http-proxy')];

async function look(daemon: FakeDaemon): Promise<World> {
  return observe(fakeEngine(daemon), inspectionFor(proxies));
}

/** Everything but the proxy's own memberships. */
function foreignState(daemon: FakeDaemon): string {
  const others = daemon.containers.filter(container => container.Name !== 'http-proxy');
  return JSON.stringify([daemon.networks, others]);
}

async function applyAll(daemon: FakeDaemon, plan: Plan, world: World): Promise<void> {
  const { results } = await apply(fakeEngine(daemon), world.engine, plan);
  expect(results.filter(({ outcome }) => outcome !== 'done')).to.deep.equal([]);
}

describe('Whatever is on the host', () => {
  it('a proxy’s second plan is empty, and the first touches nothing but its own joins', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async sketch => {
        const daemon = build(sketch);
        const before = foreignState(daemon);
        const world = await look(daemon);
        const plan = planProxies(proxies, world);

        for (const step of plan.steps) {
          if (step.do !== 'connect' && step.do !== 'disconnect')
            expect.fail(`a proxy’s plan may not ${step.do}`);
          expect(step.container.name).to.equal('http-proxy');
          if (step.do === 'disconnect') {
            // Only what Fairlead joined is left, and the home network never.
            expect(sketch.proxy.joined).to.include(step.network.name);
            expect(step.network.name).not.to.equal(sketch.proxy.home);
          } else {
            expect(step.network.name).not.to.be.oneOf(['bridge', 'host', 'none']);
            expect(step.endpoint.driverOptions).to.deep.equal({ 'fairlead.owner': 'proxy' });
          }
        }
        const firstLeave = plan.steps.findIndex(step => step.do === 'disconnect');
        const lastJoin = plan.steps.map(step => step.do).lastIndexOf('connect');
        if (firstLeave >= 0) expect(lastJoin).to.be.lessThan(firstLeave);

        await applyAll(daemon, plan, world);
        expect(foreignState(daemon)).to.equal(before);
        expect(Object.keys(daemon.container('http-proxy').Networks)).to.have.length.above(0);
        expect(planProxies(proxies, await look(daemon)).steps).to.deep.equal([]);
      }),
      { numRuns: 300 },
    );
  });

  it('a proxy ends up on every network that holds a running container meant for it', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async sketch => {
        const daemon = build(sketch);
        const world = await look(daemon);
        await applyAll(daemon, planProxies(proxies, world), world);
        const on = Object.keys(daemon.container('http-proxy').Networks);
        for (const { labels, env, networks, state, mode } of sketch.containers) {
          const meant = env.includes('VIRTUAL_HOST=a.local') && Object.keys(labels).length === 0;
          if (meant && mode === undefined && (state === 'running' || state === 'paused')) {
            expect(on).to.include.members(networks);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('a run that is killed after any step is finished by the next', async () => {
    await fc.assert(
      fc.asyncProperty(scene, fc.nat(6), async (sketch, killedAfter) => {
        const whole = build(sketch);
        const seen = await look(whole);
        await applyAll(whole, planProxies(proxies, seen), seen);

        const killed = build(sketch);
        const world = await look(killed);
        const plan = planProxies(proxies, world);
        await applyAll(killed, { ...plan, steps: plan.steps.slice(0, killedAfter) }, world);
        const again = await look(killed);
        await applyAll(killed, planProxies(proxies, again), again);
        expect(killed.container('http-proxy').Networks).to.have.all.keys(
          ...Object.keys(whole.container('http-proxy').Networks),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('a proxy’s home is the network it was created on', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async sketch => {
        const world = await look(build(sketch));
        const proxy = world.containers.find(container => container.name === 'http-proxy');
        const homes = world.networks
          .filter(network => proxy && isHome(proxy, network))
          .map(({ name }) => name);
        expect(homes).to.deep.equal([sketch.proxy.home]);
      }),
      { numRuns: 50 },
    );
  });

  it('networks are created once, whatever of them is declared', async () => {
    const specs: fc.Arbitrary<NetworkSpec[]> = fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('app', 'blog', 'new', 'other', 'third'),
        internal: fc.boolean(),
        labels: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2')),
      }),
      { selector: spec => spec.name },
    );
    await fc.assert(
      fc.asyncProperty(scene, specs, async (sketch, declared) => {
        const daemon = build(sketch);
        const existing = JSON.stringify(daemon.networks);
        const world = await look(daemon);
        const plan = planNetworks(
          declared.map(spec => declareNetwork(spec)),
          world,
        );
        await applyAll(daemon, plan, world);
        expect(JSON.stringify(daemon.networks.slice(0, (JSON.parse(existing) as unknown[]).length))).to.equal(
          existing,
        );
        expect(
          planNetworks(
            declared.map(spec => declareNetwork(spec)),
            await look(daemon),
          ).steps,
        ).to.deep.equal([]);
      }),
      { numRuns: 200 },
    );
  });
});
