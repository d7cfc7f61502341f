import { setTimeout } from 'node:timers/promises';
import type { Engine } from '../../docker/engine.js';
import type { Container } from '../../model/container.js';
import type { StepResult } from '../../model/report.js';
import type { SetRouting, Step } from '../../model/step.js';
import { planStaleRouteRemoval } from '../../warps/changes/stale-routes.js';
import type { KnownRoutings } from './known-routings.js';

/** Between two looks; more where the lists take long to read. */
const everyMs = 200;
const shareOfTime = 4;

/** Steps that are calls to the engine: a recreation of many takes seconds, and so do many of the others. */
export function takesEngine(step: Step): boolean {
  return step.job !== 'warps';
}

export interface GoneWarpMonitorOptions {
  readonly engine: Engine;
  readonly known: KnownRoutings;
  /** Does steps that were not planned before, asked for once no other step is at a namespace. */
  readonly close: (plan: () => readonly SetRouting[]) => Promise<readonly StepResult[]>;
}

/**
 * Looks, beside the steps of a run, whether the warps are still there that ways lead to, and closes those that lead to
 * one that has gone. Without it they stay open until all that was planned is done, and the address is a stranger's.
 */
export class GoneWarpMonitor {
  readonly #options: GoneWarpMonitorOptions;
  readonly #failed = new Set<string>();
  readonly #over = new AbortController();
  #looking: Promise<void> | undefined;

  constructor(options: GoneWarpMonitorOptions) {
    this.#options = options;
  }

  /** Begins to look, where anything is open at all. */
  begin(): void {
    if (this.#options.known.hasViaRoutes) this.#looking ??= this.#look(this.#over.signal);
  }

  /** Ends it; what is being closed is closed then. */
  async end(): Promise<void> {
    this.#over.abort();
    await this.#looking;
  }

  async #look(signal: AbortSignal): Promise<void> {
    let tookMs = 0;
    for (;;) {
      try {
        await setTimeout(Math.max(everyMs, shareOfTime * tookMs), undefined, { signal });
      } catch {
        return;
      }
      const begun = performance.now();
      const containers = await this.#containers(signal);
      if (containers) await this.#closeLost(containers, signal);
      tookMs = performance.now() - begun;
    }
  }

  /** An engine that does not answer is the business of the step that is under way. */
  async #containers(signal: AbortSignal): Promise<readonly Container[] | undefined> {
    try {
      return await this.#options.engine.listContainers(signal);
    } catch {
      return undefined;
    }
  }

  async #closeLost(containers: readonly Container[], signal: AbortSignal): Promise<void> {
    const lost = (): SetRouting[] =>
      planStaleRouteRemoval(this.#options.known.all(), containers).filter(
        step => !this.#failed.has(keyOf(step)),
      );
    if (lost().length === 0 || signal.aborted) return;
    // Planned when its turn has come: a step that was under way until then has left something else.
    const results = await this.#options.close(lost);
    for (const { step, outcome } of results)
      if (step.do === 'set-routing' && outcome === 'failed') this.#failed.add(keyOf(step));
  }
}

/** The same ways of the same run of a container are not tried at again: where it fails, the next pass tells why. */
function keyOf({ container, changes }: SetRouting): string {
  return JSON.stringify([container.id, container.pid, changes]);
}
