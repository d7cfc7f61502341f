import * as fc from 'fast-check';
import { expect } from 'chai';
import type { Container } from '../../src/lib/model/container.js';
import { type RoutingState, noRouting } from '../../src/lib/model/routing.js';
import type { Step } from '../../src/lib/model/step.js';
import type { WarpNat, WarpSide } from '../../src/lib/model/warp-side.js';
import type { World } from '../../src/lib/model/world.js';
import { type WarpDeclaration, withCommandRoutes } from '../../src/lib/warps/routes/declaration.js';
import { type NamespacesToRead, namespacesToRead } from '../../src/lib/warps/namespaces-to-read.js';
import { planWarps } from '../../src/lib/warps/plan.js';
import { planRoute } from '../../src/lib/warps/plan-route.js';
import { namespacesToRoute, namespacesToUnroute } from '../../src/lib/warps/scoped-reading.js';
import { planUnroute } from '../../src/lib/warps/plan-unroute.js';
import { bridge, declared, kernelWorld, placed } from './scenes.js';

const net = bridge('net', '10.7.0.0/24');

/** What a pass sees that reads what it is told to, and asks again with that. */
function seenBy(ask: NamespacesToRead, declaration: WarpDeclaration, all: World): World {
  const { kernel } = all;
  if (!kernel) return all;
  let read: World = { ...all, kernel: { ...kernel, namespaces: new Map() } };
  for (let size = -1; size < (read.kernel?.namespaces.size ?? 0);) {
    size = read.kernel?.namespaces.size ?? 0;
    const asked = ask(declaration, read);
    const namespaces = new Map([...kernel.namespaces].filter(([id]) => asked.has(id)));
    read = { ...all, kernel: { ...kernel, namespaces } };
  }
  return read;
}

function namesRead(ask: NamespacesToRead, declaration: WarpDeclaration, all: World): string[] {
  const { kernel, containers } = seenBy(ask, declaration, all);
  return containers.filter(({ id }) => kernel?.namespaces.has(id)).map(({ name }) => name);
}

describe('Of namespaces are read, where targets are named', () => {
  const at = (host: number): { net: string } => ({ net: `10.7.0.${String(host)}` });
  const label = { 'fairlead.warp': 'vpn' };
  const containers = [
    placed('vpn', { at: at(2) }),
    placed('tor', { at: at(3) }),
    placed('one', { at: at(4), labels: label }),
    placed('two', { at: at(5), labels: label }),
    placed('side', { networkMode: { kind: 'container', of: 'one' } }),
    placed('old', { at: at(6) }),
    placed('web', { at: at(7) }),
  ];
  const routed = { old: { rules: [], routes: [] }, one: { rules: [], routes: [] } };
  const seen = kernelWorld([net], containers, { routed });

  it('theirs and those of their warps, whoever else is declared', () => {
    expect(namesRead(namespacesToRoute(['one']), declared(), seen)).to.deep.equal(['vpn', 'one']);
    expect(namesRead(namespacesToRoute(['side']), declared(), seen)).to.deep.equal(['vpn', 'one']);
  });

  it('those of all, where none is named', () => {
    const all = ['vpn', 'one', 'two', 'old'];
    expect(namesRead(namespacesToRoute([]), declared(), seen)).to.deep.equal(all);
    expect(namesRead(namespacesToUnroute([]), declared(), seen)).to.deep.equal(all);
  });

  it('those of all, where NAT is asked for in their warp or is there', () => {
    const all = ['vpn', 'one', 'two', 'old'];
    expect(namesRead(namespacesToRoute(['one']), declared({ nat: true }), seen)).to.deep.equal(all);
    const withNat = kernelWorld([net], containers, { routed, sides: { vpn: { hasOwn: true } } });
    expect(namesRead(namespacesToRoute(['one']), declared(), withNat)).to.deep.equal(all);
    const unreadable = { vpn: { read: 'unreadable', why: 'no rights' } } as const;
    const unknown = kernelWorld([net], containers, { routed, readings: unreadable });
    expect(namesRead(namespacesToRoute(['one']), declared(), unknown)).to.deep.equal(all);
  });

  it('of those to clear also whoever may have NAT for them', () => {
    expect(namesRead(namespacesToUnroute(['one']), declared(), seen)).to.deep.equal(['vpn', 'one', 'old']);
  });
});

const names = ['a', 'b', 'c', 'd', 'e'] as const;
type Name = (typeof names)[number];

interface Host {
  readonly via: Name | undefined;
  readonly within: Name | undefined;
  readonly runs: boolean;
}

const name = fc.constantFrom(...names);
const one: fc.Arbitrary<Host> = fc.record({
  via: fc.option(name, { nil: undefined }),
  within: fc.option(name, { nil: undefined, freq: 5 }),
  runs: fc.integer({ min: 0, max: 4 }).map(chance => chance > 0),
});
const hosts = fc.tuple(one, one, one, one, one);
const configured = fc.record({
  nat: fc.boolean(),
  routes: fc.array(
    fc.record({ target: fc.record({ names: fc.tuple(name) }), via: name, nat: fc.boolean() }),
    { maxLength: 2 },
  ),
});
const byHand = fc.record({ target: name, via: name, nat: fc.boolean() });

function containersOf(all: readonly Host[]): Container[] {
  return all.map(({ via, within, runs }, index) => {
    const own = names[index] ?? 'a';
    const shares = within !== undefined && within > own;
    return placed(own, {
      ...(shares
        ? { networkMode: { kind: 'container', of: within } }
        : { at: { net: `10.7.0.${String(index + 2)}` } }),
      labels: via === undefined ? {} : { 'fairlead.warp': via },
      ...(!runs && { state: 'exited', pid: 0 }),
    });
  });
}

/** What is in the kernel, by the names of containers. */
interface InPlace {
  readonly routed: Readonly<Record<string, RoutingState>>;
  readonly nat: Readonly<Record<string, WarpNat | undefined>>;
}

function worldOf(containers: readonly Container[], { routed, nat }: InPlace): World {
  const sides: Record<string, Partial<WarpSide>> = Object.fromEntries(
    Object.entries(nat).flatMap(([of, each]) => (each ? [[of, { hasOwn: true, nat: each }]] : [])),
  );
  const seen = kernelWorld([net], containers, { routed, sides });
  if (!seen.kernel) return seen;
  const holders = new Set(
    containers
      .filter(each => nat[each.name] !== undefined || (routed[each.name]?.routes.length ?? 0) > 0)
      .map(({ id }) => id),
  );
  return { ...seen, kernel: { ...seen.kernel, holders } };
}

function after(inPlace: InPlace, steps: readonly Step[]): InPlace {
  const routed: Record<string, RoutingState> = { ...inPlace.routed };
  const nat: Record<string, WarpNat | undefined> = { ...inPlace.nat };
  for (const step of steps) {
    if (step.do === 'set-routing') routed[step.container.name] = step.routing;
    if (step.do === 'clear-routing') routed[step.container.name] = noRouting;
    if (step.do === 'set-nat') nat[step.container.name] = step.nat;
  }
  return { routed, nat };
}

describe('What is planned for targets that are named', () => {
  /** What a pass over all that is declared leaves, and a route by hand after it; then labels are others. */
  const scene = fc
    .tuple(configured, hosts, byHand, hosts, byHand)
    .map(([{ nat, routes }, before, hand, now, asked]) => {
      const declaration = declared({ nat, routes });
      const first = containersOf(before);
      let inPlace = after(
        { routed: {}, nat: {} },
        planWarps(declaration, worldOf(first, { routed: {}, nat: {} })).steps,
      );
      const requested = withCommandRoutes(declaration, {
        targets: [hand.target],
        via: hand.via,
        nat: hand.nat,
      });
      const scope = { targets: [hand.target], complete: true, via: hand.via };
      inPlace = after(inPlace, planRoute(requested, worldOf(first, inPlace), scope).steps);
      // Nobody is started anew, so that all stays that is in place; what ends takes it with it.
      const containers = containersOf(now.map((each, at) => ({ ...each, within: before[at]?.within })));
      const alive = new Set(
        containers.filter(({ state }) => state === 'running').map(({ name: own }) => own),
      );
      const kept = <T>(all: Readonly<Record<string, T>>): Record<string, T> =>
        Object.fromEntries(Object.entries(all).filter(([own]) => alive.has(own)));
      return {
        declaration,
        asked,
        all: worldOf(containers, { routed: kept(inPlace.routed), nat: kept(inPlace.nat) }),
      };
    });

  it('is the same as with everything read: with a warp given', () => {
    fc.assert(
      fc.property(scene, ({ declaration, asked: { target, via, nat }, all }) => {
        const requested = withCommandRoutes(declaration, { targets: [target], via, nat });
        const planned = (ask: NamespacesToRead): readonly Step[] =>
          planRoute(requested, seenBy(ask, requested, all), { targets: [target], complete: true, via }).steps;
        expect(planned(namespacesToRoute([target]))).to.deep.equal(planned(namespacesToRead));
      }),
      { numRuns: 100 },
    );
  });

  it('is the same as with everything read: as declared', () => {
    fc.assert(
      fc.property(scene, ({ declaration, asked: { target }, all }) => {
        const planned = (ask: NamespacesToRead): readonly Step[] =>
          planRoute(declaration, seenBy(ask, declaration, all), { targets: [target], complete: true }).steps;
        expect(planned(namespacesToRoute([target]))).to.deep.equal(planned(namespacesToRead));
      }),
      { numRuns: 100 },
    );
  });

  it('is the same as with everything read: to be cleared', () => {
    fc.assert(
      fc.property(scene, ({ declaration, asked: { target }, all }) => {
        const planned = (ask: NamespacesToRead): readonly Step[] =>
          planUnroute(seenBy(ask, declaration, all), { targets: [target], guard: false }).steps;
        expect(planned(namespacesToUnroute([target]))).to.deep.equal(planned(namespacesToRead));
      }),
      { numRuns: 100 },
    );
  });
});
