import { expect } from 'chai';
import fc from 'fast-check';
import { FakeDaemon, type Release } from '../support/fake-daemon.js';
import { fakeEngine } from '../support/fake-engine.js';
import type { NetworkSpec } from '../../src/lib/model/network.js';
import type { Plan } from '../../src/lib/model/plan.js';
import { declareNetwork } from '../../src/lib/networks/declaration.js';
import { planNetworks } from '../../src/lib/networks/plan.js';
import { isAlive } from '../../src/lib/model/container.js';
import { gatewayCandidates } from '../../src/lib/model/gateway-moves.js';
import { gatewayOf } from '../../src/lib/model/gateway.js';
import { isHome } from '../../src/lib/model/membership.js';
import { type ProxySettings, proxyDeclaration } from '../../src/lib/proxies/declaration.js';
import { inspectionFor } from '../../src/lib/proxies/inspection.js';
import { planProxies, planProxiesLeave } from '../../src/lib/proxies/plan.js';
import { conventionsFor } from '../../src/lib/proxies/presets.js';
import { isAllowed } from '../../src/lib/proxies/reach.js';
import { apply } from '../../src/lib/reconcile/apply/apply.js';
import { observe } from '../../src/lib/reconcile/observe/observe.js';
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
    health: fc.constantFrom(undefined, undefined, 'healthy', 'unhealthy', 'starting'),
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
  /** Of those that a proxy at rest is on: removed meanwhile, or made anew. */
  gone: fc.subarray(['app', 'blog', 'zoo']),
  remade: fc.subarray([...networkNames]),
});

/** What may be declared of a proxy. */
const settings = fc.record({
  conventions: fc.constantFrom(
    ...([undefined, 'traefik', 'nginx-proxy'] as const).map(name => conventionsFor(name)),
  ),
  exposedByDefault: fc.boolean(),
  health: fc.constantFrom('any', 'healthy'),
  networks: fc.constantFrom({}, { deny: ['shop'] }, { allow: ['app', 'b*'] }),
  leave: fc.constantFrom('joined', 'joined', 'any', 'never'),
  pinned: fc.constantFrom([], ['zoo', 'blog']),
  onGatewayMove: fc.constantFrom('warn', 'skip'),
  aliases: fc.constantFrom({}, { '*': ['gate'] }),
  aliasVirtualHosts: fc.boolean(),
  leaveAt: fc.constantFrom('end', 'stop'),
} satisfies { [Key in keyof ProxySettings]: fc.Arbitrary<ProxySettings[Key]> });

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
  sketches.forEach(({ mode, networks, health, ...rest }, i) => {
    daemon.addContainer(`app${String(i)}`, {
      ...rest,
      ...(health !== undefined && { health }),
      ...(mode === undefined ? { networks } : { mode, networks: [] }),
    });
  });
  return daemon;
}

/** A network is removed, and whoever is on it but the proxy with it; or it only has another ID than the proxy knows. */
function spoil(daemon: FakeDaemon, { gone, remade, state }: Scene['proxy']): void {
  if (state !== 'exited') return;
  const { Networks } = daemon.container('http-proxy');
  for (const name of remade) if (Networks[name]) Networks[name].NetworkID = 'f'.repeat(64);
  for (const name of gone) {
    const at = daemon.networks.findIndex(({ Name }) => Name === name);
    daemon.networks.splice(at, 1);
    daemon.containers
      .filter(({ Name }) => Name !== 'http-proxy')
      .forEach(container => {
        container.Networks = Object.fromEntries(
          Object.entries(container.Networks).filter(([key]) => key !== name),
        );
      });
  }
}

/** The network that carries the ports of a running proxy. */
function gatewayIn(seen: World): string | undefined {
  const proxy = seen.containers.find(({ name }) => name === 'http-proxy');
  return proxy && isAlive(proxy) ? gatewayOf(seen.engine, gatewayCandidates(proxy, seen))?.name : undefined;
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

  it('a proxy is where it may be and stays where it must, whatever is declared of it', async () => {
    await fc.assert(
      fc.asyncProperty(scene, settings, async (sketch, declared) => {
        const daemon = build(sketch);
        spoil(daemon, sketch.proxy);
        const declarations = [proxyDeclaration('http-proxy', declared)];
        const before = foreignState(daemon);
        const wasOn = Object.keys(daemon.container('http-proxy').Networks);
        const world = await observe(fakeEngine(daemon), inspectionFor(declarations));
        const plan = planProxies(declarations, world);
        await applyAll(daemon, plan, world);

        const after = await observe(fakeEngine(daemon), inspectionFor(declarations));
        expect(planProxies(declarations, after).steps, 'a second plan').to.deep.equal([]);
        expect(foreignState(daemon)).to.equal(before);
        const on = Object.keys(daemon.container('http-proxy').Networks);
        expect(on).to.include(sketch.proxy.home);

        const { home, joined, foreign } = sketch.proxy;
        const exists = (name: string): boolean => world.networks.some(network => network.name === name);
        const left = wasOn.filter(name => !on.includes(name) && exists(name));
        if (declared.leave !== 'any') expect(joined, 'left').to.include.members(left);
        if (declared.leave === 'never') expect(left).to.deep.equal([]);
        for (const pattern of declared.pinned) expect(left).to.not.include(pattern);
        const news = on.filter(name => ![home, ...joined, ...foreign].includes(name));
        for (const name of news) expect(isAllowed(name, declared)).to.equal(true);
        if (declared.onGatewayMove === 'skip' && gatewayIn(world) !== undefined) {
          expect(gatewayIn(after), 'the gateway').to.equal(gatewayIn(world));
        }
        const internal: readonly string[] = sketch.internal;
        const isOpen = (name: string): boolean => exists(name) && !internal.includes(name);
        if (sketch.proxy.publishes.length > 0 && wasOn.some(isOpen)) {
          expect(on.filter(isOpen), 'networks with a way out').to.not.deep.equal([]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('undoing leaves nothing of Fairlead’s behind but what the proxy needs, and nothing of others’', async () => {
    await fc.assert(
      fc.asyncProperty(scene, settings, async (sketch, declared) => {
        const daemon = build(sketch);
        const declarations = [
          proxyDeclaration('http-proxy', { ...declared, pinned: [], onGatewayMove: 'warn' }),
        ];
        const world = await look(daemon);
        await applyAll(daemon, planProxies(declarations, world), world);
        const joined = await look(daemon);
        await applyAll(daemon, planProxiesLeave(declarations, joined), joined);
        const { Networks } = daemon.container('http-proxy');
        const own = Object.values(Networks).filter(
          ({ DriverOpts }) => DriverOpts?.['fairlead.owner'] === 'proxy',
        );
        // One that has the only way out stays.
        expect(own.length).to.be.at.most(1);
        if (declared.leave !== 'any') {
          expect(Networks).to.include.keys(sketch.proxy.home, ...sketch.proxy.foreign);
        }
      }),
      { numRuns: 200 },
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
