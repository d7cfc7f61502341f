import { setTimeout } from 'node:timers/promises';
import type { Engine } from '../../docker/engine.js';
import type { Container } from '../../model/container.js';
import type { StepResult } from '../../model/report.js';
import type { SetGuard, SetRouting, Step } from '../../model/step.js';
import type { Kernel } from '../../netns/kernel.js';
import { planStaleGuardRemoval } from '../../warps/changes/stale-guard.js';
import { planStaleRouteRemoval } from '../../warps/changes/stale-routes.js';
import { RecentContainers } from '../recent-containers.js';
import { executeInKernel, namespaceOf } from './kernel-steps.js';
import type { KnownRoutings } from './known-routings.js';
import { readFirstGuard } from './read-first-guard.js';
import { resultOf } from './step-result.js';
import { closingsAtOnce } from './step-groups.js';
import type { Writers } from './writers.js';

/** Between two looks; more where the list takes long to read. */
const everyMs = 200;
const shareOfTime = 4;

/** A closing that failed is tried again after this long: what made it fail may be over long before the pass is. */
const tryAgainMs = 2000;

export interface MonitorOptions {
  readonly engine: Engine;
  readonly kernel: Kernel;
  readonly known: KnownRoutings;
  readonly writers: Writers;
  /** Ends the pass: nothing new is closed then. */
  readonly signal?: AbortSignal | undefined;
  /** Why a step is not attempted at present. */
  readonly heldBack?: ((step: Step) => string | undefined) | undefined;
  /** Gives milliseconds that never go back. */
  readonly now?: () => number;
}

type Closing = SetRouting | SetGuard;

/**
 * Looks, beside all that a pass does, whether the warps are still there that routes lead to and that the guard lets out.
 * Where one has gone it removes the routes and takes the address out of the guard. Otherwise both would stay until the
 * pass is over, and the address may be a stranger's in a moment (engine fact E27).
 */
export class GoneWarpMonitor {
  readonly #options: MonitorOptions;
  readonly #recent: RecentContainers;
  readonly #over = new AbortController();
  /** When a closing that failed may be tried again. */
  readonly #tryAgainAt = new Map<string, number>();
  readonly #now: () => number;
  readonly #underWay = new Map<string, Promise<void>>();
  #containers: readonly Container[] = [];
  #reading: Promise<void> | undefined;
  #looking: Promise<void> | undefined;

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#recent = new RecentContainers(options.engine);
  }

  /** Begins to look, where anything is open at all. */
  begin(): void {
    const { hasViaRoutes, guard } = this.#options.known;
    if (hasViaRoutes || guard.letsOut) this.#looking ??= this.#look(this.#over.signal);
  }

  /** Begins with the guard that is in force, where no pass of this run has read it yet. */
  readFirst(): void {
    const { engine, kernel, known } = this.#options;
    if (known.guard.isKnown) return;
    this.#reading ??= readFirstGuard(engine, kernel, known.guard, this.#over.signal).then(() => this.begin());
  }

  /** Ends it when what is being closed is closed; until then it goes on looking, for a closing may wait for the engine. */
  async end(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay.values());
    this.#over.abort();
    await this.#reading;
    await this.#looking;
    await Promise.all(this.#underWay.values());
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { default: pLimit } = await import('p-limit');
    const limit = pLimit(closingsAtOnce);
    for (let tookMs = 0; ;) {
      try {
        await setTimeout(Math.max(everyMs, shareOfTime * tookMs), undefined, { signal });
      } catch {
        return;
      }
      const begun = performance.now();
      const containers = await this.#list(signal);
      tookMs = performance.now() - begun;
      if (!containers) continue;
      this.#containers = containers;
      for (const step of this.#closings()) this.#close(namespaceOf(step), limit);
    }
  }

  /** An engine that does not answer is reported by the call that the pass itself is at. */
  async #list(signal: AbortSignal): Promise<readonly Container[] | undefined> {
    try {
      return await this.#options.engine.listContainers(signal);
    } catch {
      return undefined;
    }
  }

  #closings(): Closing[] {
    const { known, heldBack, signal } = this.#options;
    if (signal?.aborted || this.#over.signal.aborted) return [];
    const guard = planStaleGuardRemoval(known.guard.bridges, this.#containers);
    const closings = [...(guard ? [guard] : []), ...planStaleRouteRemoval(known.all(), this.#containers)];
    const isDue = (step: Closing): boolean => this.#now() >= (this.#tryAgainAt.get(keyOf(step)) ?? -Infinity);
    return closings.filter(step => isDue(step) && heldBack?.(step) === undefined);
  }

  #close(namespace: string, limit: <T>(work: () => Promise<T>) => Promise<T>): void {
    if (this.#underWay.has(namespace)) return;
    const closing = this.#options.writers
      .alone(namespace, () => limit(() => this.#closeNow(namespace)))
      .finally(() => this.#underWay.delete(namespace));
    this.#underWay.set(namespace, closing);
  }

  /** Planned when its turn has come: a step that was at the namespace until then has left something else there. */
  async #closeNow(namespace: string): Promise<void> {
    const step = this.#closings().find(each => namespaceOf(each) === namespace);
    if (!step) return;
    const { engine, kernel, known } = this.#options;
    const context = { engine, kernel, known, containers: this.#recent, networkIds: () => new Map() };
    const result = await resultOf(step, () => executeInKernel(step, context));
    const key = keyOf(step);
    const hasFailedBefore = this.#tryAgainAt.has(key);
    if (result.outcome === 'failed') {
      this.#tryAgainAt.set(key, this.#now() + tryAgainMs);
      // One failure of a closing is enough in a report.
      if (hasFailedBefore) return;
    } else this.#tryAgainAt.delete(key);
    known.noteClosing(withAnotherRound(result));
  }
}

/** Whatever else is to be done about a warp that has gone is planned in another round. */
function withAnotherRound(result: StepResult): StepResult {
  return result.outcome === 'done' ? { ...result, needsAnotherRound: true } : result;
}

/** The same closing in the same run of a container. */
function keyOf(step: Closing): string {
  return step.do === 'set-guard'
    ? JSON.stringify(step.withdraws)
    : JSON.stringify([step.container.id, step.container.pid, step.changes]);
}
