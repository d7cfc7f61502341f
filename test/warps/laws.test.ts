import * as fc from 'fast-check';
import { expect } from 'chai';
import type { Container } from '../../src/lib/model/container.js';
import { type RoutingState, noRouting } from '../../src/lib/model/routing.js';
import type { World } from '../../src/lib/model/world.js';
import type { WarpDeclaration } from '../../src/lib/warps/routes/declaration.js';
import { planWarps } from '../../src/lib/warps/plan.js';
import { warpMetric } from '../../src/lib/warps/policy/warp-metric.js';
import { bridge, declared, kernelWorld, placed } from './scenes.js';

const names = ['a', 'b', 'c', 'd'] as const;
const networks = [bridge('one', '10.1.0.0/24'), bridge('two', '10.2.0.0/24')];

/** What may be true of one container at one moment; addresses are few, so that they are given again. */
interface Moment {
  readonly runs: boolean;
  readonly one: number | undefined;
  readonly two: number | undefined;
  readonly via: string | undefined;
}

const host = fc.option(fc.integer({ min: 2, max: 6 }), { nil: undefined, freq: 4 });
const moment: fc.Arbitrary<Moment> = fc.record({
  runs: fc.boolean(),
  one: host,
  two: host,
  via: fc.option(fc.constantFrom(...names, 'nobody', 'no name'), { nil: undefined }),
});
const moments = fc.tuple(moment, moment, moment, moment);

/** No two that run have one address. */
function containersAt(all: readonly Moment[]): Container[] {
  const taken = new Set<string>();
  return all.map(({ runs, one, two, via }, index) => {
    const at: Record<string, string> = {};
    for (const [net, part, subnet] of [
      ['one', one, '10.1.0'],
      ['two', two, '10.2.0'],
    ] as const) {
      if (part === undefined) continue;
      const address = `${subnet}.${String(part)}`;
      at[net] = runs && !taken.has(address) ? address : '';
      if (runs) taken.add(address);
    }
    const labels: Record<string, string> = via === undefined ? {} : { 'fairlead.warp': via };
    return placed(names[index] ?? 'a', { at, labels, ...(!runs && { state: 'exited', pid: 0 }) });
  });
}

type InPlace = Readonly<Record<string, RoutingState>>;

function worldAt(all: readonly Moment[], inPlace: InPlace): World {
  const containers = containersAt(all);
  // What has ended has taken its namespace with it.
  const routed = Object.fromEntries(
    containers
      .filter(({ state }) => state === 'running')
      .flatMap(({ name }) => (inPlace[name] ? [[name, inPlace[name]]] : [])),
  );
  return kernelWorld(networks, containers, { routed });
}

function after(seen: World, declaration: WarpDeclaration, inPlace: InPlace): InPlace {
  const changed = planWarps(declaration, seen).steps.flatMap(step => {
    if (step.do === 'set-routing') return [[step.container.name, step.routing] as const];
    return step.do === 'clear-routing' ? [[step.container.name, noRouting] as const] : [];
  });
  return { ...inPlace, ...Object.fromEntries(changed) };
}

const declaration = declared();

describe('Whatever happens to containers', () => {
  it('one pass over their warps settles everything', () => {
    fc.assert(
      fc.property(moments, moments, (before, now) => {
        const first = after(worldAt(before, {}), declaration, {});
        const seen = worldAt(now, first);
        const second = after(seen, declaration, first);
        expect(planWarps(declaration, worldAt(now, second)).steps).to.deep.equal([]);
      }),
    );
  });

  it('no way leads to an address that is not that of the warp it was set for', () => {
    fc.assert(
      fc.property(moments, moments, (before, now) => {
        const first = after(worldAt(before, {}), declaration, {});
        const seen = worldAt(now, first);
        const second = after(seen, declaration, first);
        for (const { name, state } of seen.containers) {
          if (state !== 'running') continue;
          for (const route of second[name]?.routes ?? []) {
            if (route.type !== 'via') continue;
            const holder = seen.containers.find(({ endpoints }) =>
              endpoints.some(({ ipv4 }) => ipv4 === route.gateway),
            );
            expect(holder && warpMetric(holder.id)).to.equal(route.metric);
            expect(holder?.name).to.not.equal(name);
          }
        }
      }),
    );
  });

  it('a refusal takes no rule away, and opens nothing', () => {
    fc.assert(
      fc.property(moments, moments, (before, now) => {
        const first = after(worldAt(before, {}), declaration, {});
        const seen = worldAt(now, first);
        const plan = planWarps(declaration, seen);
        const second = after(seen, declaration, first);
        for (const { find, container = '' } of plan.findings) {
          if (
            find !== 'refused' ||
            seen.containers.find(({ name }) => name === container)?.state !== 'running'
          )
            continue;
          const [was, is] = [first[container] ?? noRouting, second[container] ?? noRouting];
          if (was.rules.length === 0) {
            expect(is.routes.filter(({ type }) => type === 'via')).to.deep.equal([]);
            continue;
          }
          expect(is.rules).to.deep.equal(was.rules);
          expect(was.routes).to.include.deep.members([...is.routes]);
          expect(is.routes.filter(({ type }) => type === 'unreachable')).to.deep.equal(
            was.routes.filter(({ type }) => type === 'unreachable'),
          );
        }
      }),
    );
  });

  it('whoever asks for a warp by a name has routes that end, in both families, refused or not', () => {
    fc.assert(
      fc.property(moments, now => {
        const seen = worldAt(now, {});
        const plan = planWarps(declaration, seen);
        const result = after(seen, declaration, {});
        // Neither can be closed: it is not known what is meant, and a warp would lose its own way out.
        const stays = new Set(
          plan.findings.flatMap(({ find, container, reason }) =>
            find === 'refused' && /names no container|is its own warp/.test(reason) ? container : [],
          ),
        );
        for (const { name, state, labels } of seen.containers) {
          if (state !== 'running' || stays.has(name) || !labels['fairlead.warp']) continue;
          const ends = (result[name]?.routes ?? []).filter(({ type }) => type === 'unreachable');
          expect(new Set(ends.map(({ family }) => family))).to.deep.equal(new Set(['ipv4', 'ipv6']));
        }
      }),
    );
  });
});
