// Run as a process of its own inside an engine's network namespace, as Fairlead is on its host: times what is asked of
// the kernel for one container, beside the bare tools with the same lines, and prints the numbers.
import { defaultConfig } from '../src/lib/config/default-config.js';
import { connectEngine } from '../src/lib/docker/connect-engine.js';
import type { GuardedBridge } from '../src/lib/model/guard.js';
import { noRouting } from '../src/lib/model/routing.js';
import type { SetRouting } from '../src/lib/model/step.js';
import { localKernel } from '../src/lib/netns/local-kernel.js';
import type { Invocation } from '../src/lib/netns/tools.js';
import { observeAll } from '../src/lib/reconcile/observe/observe-all.js';
import { routingChanges } from '../src/lib/warps/changes/changes.js';
import { warpDeclaration } from '../src/lib/warps/routes/declaration.js';
import { inspectionForWarps } from '../src/lib/warps/inspection.js';
import { planWarps } from '../src/lib/warps/plan.js';
import { timeAsyncMs } from './sample.js';
import { Recorder, runBareInOrder, runBareSideBySide } from './warps-tools.js';

/** Of one thing, again and again: how long it took, the bare tools beside it, and what was run in one round. */
export interface KernelCost {
  readonly what: string;
  readonly ms: number[];
  readonly floorMs: number[];
  run: readonly string[];
}

export interface InsideMeasures {
  readonly costs: readonly KernelCost[];
  /** All targets by the bare tools, one process after the other. */
  readonly routeAllMs: number;
  readonly clearAllMs: number;
  readonly holders: number;
}

type Floor = (recorded: readonly Invocation[]) => Promise<unknown>;

const rounds = 21;
const recorder = new Recorder();
const { PATH: path = '' } = process.env;
const kernel = localKernel({ path, observe: recorder.observe });
const declaration = warpDeclaration(defaultConfig());
const costs = new Map<string, KernelCost>();

/** Gives what was run. The first round loads what is loaded late, and does not count. */
async function measure(
  what: string,
  work: () => Promise<unknown>,
  floor: Floor,
): Promise<readonly Invocation[]> {
  recorder.take();
  const ms = await timeAsyncMs(work);
  const recorded = recorder.take();
  const floorMs = await timeAsyncMs(() => floor(recorded));
  const known = costs.get(what);
  if (known) {
    known.ms.push(ms);
    known.floorMs.push(floorMs);
  } else {
    const run = recorded.map(({ tool, args }) =>
      [tool, ...args.filter(arg => ['-4', '-6'].includes(arg))].join(' '),
    );
    costs.set(what, { what, ms: [], floorMs: [], run });
  }
  return recorded;
}

async function plannedRoutes(): Promise<SetRouting[]> {
  const { engine } = await connectEngine({ env: process.env });
  const sources = { engine, access: { kernel } };
  const world = await observeAll(sources, inspectionForWarps(declaration), declaration);
  return planWarps(declaration, world).steps.flatMap(step => (step.do === 'set-routing' ? step : []));
}

/** A target read, routed, read and cleared; another one the same by the bare tools. */
async function measureTarget(
  one: SetRouting,
  { container: other }: SetRouting,
): Promise<{ route: readonly Invocation[]; clear: readonly Invocation[] }> {
  const { container } = one;
  const confirm = (): Promise<typeof container> => Promise.resolve(container);
  const clearing = routingChanges(one.routing, noRouting);
  const read = (warpSide: boolean): Promise<unknown> => kernel.readNamespace(container, { warpSide });
  const bareRead: Floor = recorded => runBareSideBySide(recorded, container.pid);
  const bareWrite: Floor = recorded => runBareInOrder(recorded, other.pid);
  await measure('read a target, nothing of ours', () => read(false), bareRead);
  const route = await measure(
    'route a target',
    () => kernel.changeRouting(container, one.changes, confirm),
    bareWrite,
  );
  await measure('read a target, routed', () => read(false), bareRead);
  await measure("read a target's or warp's own forwarding too", () => read(true), bareRead);
  const clear = await measure(
    'unroute a target',
    () => kernel.changeRouting(container, clearing, confirm),
    bareWrite,
  );
  return { route, clear };
}

function bridges(count: number): GuardedBridge[] {
  return Array.from({ length: count }, (_, at) => ({
    bridge: `br-${String(at).padStart(12, '0')}`,
    warps: ['172.30.0.2', '172.30.0.3'],
  }));
}

async function measureGuard(count: number): Promise<void> {
  const what = `${String(count)} guarded ${count === 1 ? 'bridge' : 'bridges'}`;
  await measure(
    `set guard, ${what}`,
    () => kernel.setGuard(bridges(count)),
    recorded => runBareInOrder(recorded),
  );
  await measure(
    `read host, ${what}`,
    () => kernel.readHost(),
    recorded => runBareSideBySide(recorded),
  );
}

async function inside(): Promise<InsideMeasures> {
  const steps = await plannedRoutes();
  const [one, other = one] = steps;
  if (!one || !other) throw new Error('nobody is to be routed');
  let written: Awaited<ReturnType<typeof measureTarget>> | undefined;
  for (let round = 0; round <= rounds; round += 1) written = await measureTarget(one, other);
  const all = async (invocations: readonly Invocation[] = []): Promise<void> => {
    for (const { container } of steps) await runBareInOrder(invocations, container.pid);
  };
  const routeAllMs = await timeAsyncMs(() => all(written?.route));
  let holders = 0;
  for (let round = 0; round <= rounds; round += 1) {
    const look = async (): Promise<void> => void (holders = (await kernel.findHolders()).size);
    await measure('find all whom we have routed', look, () => Promise.resolve());
  }
  const clearAllMs = await timeAsyncMs(() => all(written?.clear));
  for (const count of [1, 50]) for (let round = 0; round <= rounds; round += 1) await measureGuard(count);
  await kernel.setGuard([]);
  return { costs: [...costs.values()], routeAllMs, clearAllMs, holders };
}

process.stdout.write(JSON.stringify(await inside()));
