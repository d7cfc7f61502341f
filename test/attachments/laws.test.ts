import { expect } from 'chai';
import fc from 'fast-check';
import { inspectionForAttachments } from '../../src/lib/attachments/inspection.js';
import type { AttachmentOptions } from '../../src/lib/attachments/judge.js';
import { planAttachments } from '../../src/lib/attachments/plan.js';
import type { AttachmentRule } from '../../src/lib/attachments/rules.js';
import type { Plan } from '../../src/lib/model/plan.js';
import type { World } from '../../src/lib/model/world.js';
import { after } from '../../src/lib/reconcile/after.js';
import { apply } from '../../src/lib/reconcile/apply/apply.js';
import { observe } from '../../src/lib/reconcile/observe/observe.js';
import { FakeDaemon, type Release } from '../support/fake-daemon.js';
import { fakeEngine } from '../support/fake-engine.js';
import { composeLabels, rule, service } from './scenes.js';

const networkNames = ['alpha', 'lan', 'shop_back', 'zoo'] as const;
const subnet = '10.99.0.0/24';
const addresses = ['10.99.0.5', '10.99.0.6', '10.99.0.7', '10.99.0.1', '10.98.0.5'] as const;

/** How a container came to be on a network. */
const endpoint = fc.record({
  network: fc.constantFrom(...networkNames),
  owner: fc.constantFrom(undefined, 'attachment', 'app', 'proxy'),
  aliases: fc.subarray(['api', 'db', 'x']),
  address: fc.option(fc.constantFrom('10.99.0.5', '10.99.0.6', '10.99.0.7'), { nil: undefined }),
  /** Its network was removed while the container was stopped. */
  gone: fc.constantFrom(false, false, false, true),
});

const containers = fc.array(
  fc.record({
    state: fc.constantFrom('running', 'running', 'paused', 'exited', 'created', 'restarting'),
    home: fc.constantFrom('bridge', ...networkNames),
    /** A network made again under it may leave even the home with our mark. */
    homeIsMarked: fc.constantFrom(false, false, true),
    /** A person took it off its home. */
    leftHome: fc.constantFrom(false, false, true),
    mode: fc.constantFrom(undefined, undefined, undefined, undefined, 'host', 'none'),
    labels: fc.constantFrom<Record<string, string>>(
      {},
      { tier: 'web', 'traefik.enable': 'true' },
      composeLabels('api'),
      { 'fairlead.app': 'shop', 'fairlead.service': 'db' },
      { ...composeLabels('db'), 'com.docker.compose.oneoff': 'True' },
    ),
    env: fc.constantFrom<string[]>([], ['STAGE=test']),
    endpoints: fc.uniqueArray(endpoint, { selector: ({ network }) => network, maxLength: 3 }),
  }),
  { maxLength: 6 },
);

const someNetworks = fc.subarray([...networkNames, 'missing', 'bridge'], { minLength: 1, maxLength: 3 });

const fixedRule = fc
  .tuple(fc.nat(3), fc.constantFrom(...addresses))
  .map(([i, ipv4]) => rule(`c${String(i)}`, { names: [`c${String(i)}`] }, { network: 'lan', ipv4 }));

const rules: fc.Arbitrary<AttachmentRule[]> = fc.array(
  fc.oneof(
    fc
      .tuple(
        fc.constantFrom({ labels: ['tier'] }, { env: ['STAGE'] }, { names: ['c*'] }, { names: ['c1', 'c3'] }),
        someNetworks,
        fc.subarray(['x', 'y']),
      )
      .map(([select, networks, aliases]) =>
        rule('random', select, ...networks.map(network => ({ network, aliases }))),
      ),
    fixedRule,
    fixedRule,
    fc
      .tuple(fc.constantFrom('api', 'db'), someNetworks)
      .map(([name, networks]) => service(name, ...networks)),
  ),
  { maxLength: 5 },
);

const scene = fc.record({
  release: fc.constantFrom<Release>('20.10', '26.1', '28.5'),
  containers,
  rules,
  proxies: fc.subarray(['c0', 'c2']),
  mendEndpoints: fc.boolean(),
});
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

function build({ release, containers: sketches }: Scene): FakeDaemon {
  const daemon = new FakeDaemon(release);
  for (const name of networkNames) {
    daemon.addNetwork(name, name === 'lan' ? { IPAM: { Config: [{ Subnet: subnet }] } } : {});
  }
  const given = new Set<string>();
  sketches.forEach(({ state, home, mode, labels, env, endpoints, homeIsMarked, leftHome }, i) => {
    const name = `c${String(i)}`;
    daemon.addContainer(name, {
      state,
      labels,
      env,
      ...(mode === undefined ? { networks: [home] } : { mode, networks: [] }),
    });
    if (mode !== undefined) return;
    for (const { network, owner, aliases, address, gone } of endpoints) {
      if (network === home) continue;
      const fixed = network === 'lan' && address !== undefined && !given.has(address);
      if (fixed) given.add(address);
      daemon.join(name, network, {
        ...(aliases.length > 0 && { Aliases: aliases }),
        ...(owner !== undefined && { DriverOpts: { 'fairlead.owner': owner } }),
        ...(fixed && { IPAMConfig: { IPv4Address: address } }),
      });
      const entry = daemon.container(name).Networks[network];
      if (entry && fixed && entry.IPAddress !== '') entry.IPAddress = address;
      if (entry && gone && state === 'exited') entry.NetworkID = 'f'.repeat(64);
    }
    const entries = daemon.container(name).Networks;
    const { [home]: atHome, ...others } = entries;
    if (atHome && homeIsMarked) atHome.DriverOpts = { 'fairlead.owner': 'attachment' };
    if (leftHome && Object.values(others).some(({ NetworkID }) => !NetworkID.startsWith('ffff'))) {
      daemon.container(name).Networks = others;
    }
  });
  return daemon;
}

const optionsOf = ({ proxies, mendEndpoints }: Scene, daemon: FakeDaemon): AttachmentOptions => ({
  proxies: new Set(daemon.containers.filter(({ Name }) => proxies.includes(Name)).map(({ Id }) => Id)),
  mendEndpoints,
});

async function look(daemon: FakeDaemon, declared: readonly AttachmentRule[]): Promise<World> {
  return observe(fakeEngine(daemon), inspectionForAttachments(declared));
}

/** No engine gives an address twice; the fake one would. */
function expectNoAddressTwice(daemon: FakeDaemon): void {
  // An entry for a network that is gone holds nothing on the one that has its name now.
  const held = daemon.containers.flatMap(({ Networks: { lan } }) =>
    lan && !lan.NetworkID.startsWith('ffff') ? (lan.IPAMConfig?.['IPv4Address'] ?? []) : [],
  );
  expect(held).to.deep.equal([...new Set(held)]);
}

async function applyAll(daemon: FakeDaemon, plan: Plan, world: World): Promise<void> {
  const { results } = await apply(fakeEngine(daemon), world.engine, plan, {
    onStep: () => {
      expectNoAddressTwice(daemon);
    },
  });
  expectNoAddressTwice(daemon);
  expect(results.filter(({ outcome }) => outcome !== 'done')).to.deep.equal([]);
}

/** One pass; gives the plan it carried out. */
async function pass(daemon: FakeDaemon, sketch: Scene, declared = sketch.rules): Promise<Plan> {
  const world = await look(daemon, declared);
  const plan = planAttachments(declared, world, optionsOf(sketch, daemon));
  await applyAll(daemon, plan, world);
  return plan;
}

const isOwn = (options: Record<string, string> | null): boolean =>
  ['attachment', 'app'].includes(options?.['fairlead.owner'] ?? '');

/** Every membership but those that rules made, and all of the networks. */
function foreignState(daemon: FakeDaemon): unknown {
  return structuredClone({
    networks: daemon.networks,
    containers: daemon.containers.map(({ Networks, ...rest }) => ({
      ...rest,
      Networks: Object.entries(Networks)
        .filter(([, { DriverOpts }]) => !isOwn(DriverOpts))
        .sort(),
    })),
  });
}

/** What is on what, with which settings; an engine chooses the rest. */
function memberships(daemon: FakeDaemon): unknown {
  return daemon.containers.map(({ Name, Networks }) => [
    Name,
    Object.entries(Networks)
      .map(([name, { Aliases, IPAMConfig, DriverOpts }]) => [name, Aliases, IPAMConfig, DriverOpts])
      .sort(),
  ]);
}

describe('Whatever rules and containers there are', () => {
  it('one pass does all there is to do, and nothing foreign is touched', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async sketch => {
        const daemon = build(sketch);
        const before = foreignState(daemon);
        const marked = new Map(
          daemon.containers.map(({ Id, Networks, NetworkMode }) => [
            Id,
            Object.keys(Networks).filter(
              name => name !== NetworkMode && isOwn(Networks[name]?.DriverOpts ?? null),
            ),
          ]),
        );
        const plan = await pass(daemon, sketch);
        const cut = new Set<string>();
        for (const step of plan.steps) {
          if (step.do !== 'connect' && step.do !== 'disconnect') return expect.fail(step.do);
          const { State } = daemon.container(step.container.name);
          expect(State).not.to.equal('restarting');
          const place = `${step.container.name} ${step.network.name}`;
          if (step.do === 'disconnect') cut.add(place);
          else if (cut.has(place) && !sketch.mendEndpoints) expect(State).to.be.oneOf(['exited', 'created']);
          if (step.do === 'connect') {
            expect(sketch.proxies).not.to.include(step.container.name);
            expect(step.endpoint.ipv4).not.to.be.oneOf(['10.99.0.1', '10.98.0.5']);
            expect(step.endpoint.driverOptions?.['fairlead.owner']).to.be.oneOf(['attachment', 'app']);
            expect(step.network.name).not.to.be.oneOf(['bridge', 'missing']);
          } else expect(marked.get(step.container.id)).to.include(step.network.name);
        }
        expect(foreignState(daemon)).to.deep.equal(before);
        const again = await pass(daemon, sketch);
        expect(again.steps).to.deep.equal([]);
        if (!sketch.mendEndpoints) return;
        for (const { find, reason, container = '' } of again.findings) {
          if (find !== 'drift' || daemon.container(container).State === 'restarting') continue;
          expect(reason).to.match(/not by Fairlead|never touched/);
        }
      }),
      { numRuns: 800 },
    );
  });

  it('a container is on every network that can be attached and a rule means it for', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async sketch => {
        const daemon = build(sketch);
        await pass(daemon, sketch);
        sketch.containers.forEach(({ labels, mode, state }, i) => {
          const name = `c${String(i)}`;
          if (mode !== undefined || state === 'restarting' || sketch.proxies.includes(name)) return;
          for (const { select, memberships: wanted } of sketch.rules) {
            if (select.by !== 'selector' || select.selector.labels === undefined) continue;
            if (!('tier' in labels)) continue;
            const fixed = sketch.rules.flatMap(other =>
              other.title === `rule ${name}` ? other.memberships.map(({ network }) => network) : [],
            );
            const possible = wanted
              .map(({ network }) => network)
              .filter(network => !['missing', 'bridge', ...fixed].includes(network));
            // Where the entry of a person refers to a network that is gone it is not ours to replace.
            const stale = Object.entries(daemon.container(name).Networks)
              .filter(([, { NetworkID }]) => NetworkID.startsWith('ffff'))
              .map(([network]) => network);
            expect([...Object.keys(daemon.container(name).Networks), ...stale]).to.include.members(possible);
          }
        });
      }),
      { numRuns: 200 },
    );
  });

  it('a run that is killed after any step is finished by the next', async () => {
    await fc.assert(
      fc.asyncProperty(scene, fc.nat(8), async (sketch, killedAfter) => {
        const whole = build(sketch);
        await pass(whole, sketch);

        const killed = build(sketch);
        const world = await look(killed, sketch.rules);
        const plan = planAttachments(sketch.rules, world, optionsOf(sketch, killed));
        await applyAll(killed, { ...plan, steps: plan.steps.slice(0, killedAfter) }, world);
        await pass(killed, sketch);
        expect(memberships(killed)).to.deep.equal(memberships(whole));
      }),
      { numRuns: 300 },
    );
  });

  it('dropping all rules brings back what was there without them', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async drawn => {
        // Without its home a container keeps what it was attached to last.
        const atHome = drawn.containers.map(container => ({ ...container, leftHome: false }));
        const sketch = { ...drawn, containers: atHome };
        const never = build(sketch);
        await pass(never, sketch, []);

        const daemon = build(sketch);
        await pass(daemon, sketch);
        await pass(daemon, sketch, []);
        expect(memberships(daemon)).to.deep.equal(memberships(never));
      }),
      { numRuns: 300 },
    );
  });

  it('the World as the steps will leave it needs nothing more', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async sketch => {
        const daemon = build(sketch);
        const world = await look(daemon, sketch.rules);
        const options = optionsOf(sketch, daemon);
        const { steps } = planAttachments(sketch.rules, world, options);
        expect(planAttachments(sketch.rules, after(world, steps), options).steps).to.deep.equal([]);
      }),
      { numRuns: 300 },
    );
  });

  it('a container that has a network keeps one', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async sketch => {
        const daemon = build(sketch);
        await pass(daemon, sketch);
        await pass(daemon, sketch, []);
        for (const { Networks, NetworkMode } of daemon.containers) {
          if (['host', 'none'].includes(NetworkMode)) continue;
          expect(Object.keys(Networks)).to.have.length.above(0);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('a container that cannot be read loses nothing', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async sketch => {
        const daemon = build(sketch);
        const world = await observe(fakeEngine(daemon), () => false);
        const { steps } = planAttachments(sketch.rules, world, optionsOf(sketch, daemon));
        expect(steps.filter(step => step.do === 'disconnect')).to.deep.equal([]);
      }),
      { numRuns: 200 },
    );
  });
});
