import type { IdentifiedNetwork } from '../../docker/engine.js';
import type { EngineInfo } from '../../model/engine-info.js';
import type { StepResult } from '../../model/report.js';
import type { SetGuard, Step } from '../../model/step.js';
import { closesTraffic } from '../../warps/changes/safe-order.js';
import type { Executed } from '../executed.js';
import type { Journal } from '../journal/journal.js';
import { blockedBy } from './blocked-by.js';
import { execute } from './execute.js';
import { type KernelContext, executeInKernel, isKernelStep, namespaceOf } from './kernel-steps.js';
import { resultOf } from './step-result.js';
import type { Writers } from './writers.js';

export interface RunnerOptions extends Omit<KernelContext, 'networkIds'> {
  readonly info: EngineInfo;
  readonly journal: Journal;
  readonly writers: Writers;
  readonly signal?: AbortSignal;
  readonly failFast?: boolean;
  readonly heldBack?: (step: Step) => string | undefined;
}

/** By name, the IDs of the networks that the plan recreates: of now, and for good where that fails. */
function idsBefore(steps: readonly Step[]): ReadonlyMap<string, string> {
  return new Map(
    steps.flatMap(step =>
      step.do === 'recreate-network' ? [[step.network.name, step.network.id] as const] : [],
    ),
  );
}

/** Does the steps of one plan, and decides before each whether what came before allows it. */
export class StepRunner {
  readonly #options: RunnerOptions;
  readonly #kernel: KernelContext;
  readonly #guard: SetGuard | undefined;
  readonly #created = new Map<string, string>();
  readonly #failed: Step[] = [];
  readonly #heldBack: Step[] = [];

  constructor(steps: readonly Step[], options: RunnerOptions) {
    this.#options = options;
    const recreated = idsBefore(steps);
    this.#kernel = { ...options, networkIds: () => new Map([...recreated, ...this.#created]) };
    this.#guard = steps.find(step => step.do === 'set-guard' && !step.withdraws) as SetGuard | undefined;
  }

  /** Does a step, or says why not. `begin` is called right before it is attempted. */
  async run(step: Step, begin: () => void): Promise<StepResult> {
    const held = this.#options.heldBack?.(step);
    const blocked = this.#endedBy(step) ?? held ?? blockedBy(step, [...this.#failed, ...this.#heldBack]);
    if (held !== undefined) this.#heldBack.push(step);
    if (blocked !== undefined) return { step, outcome: 'skipped', note: blocked };
    begin();
    const result = await resultOf(step, () => this.#execute(step));
    this.noteFailures([result]);
    return result;
  }

  /** What depends on steps that failed is not attempted, whoever did them. */
  noteFailures(results: readonly StepResult[]): void {
    for (const { step, outcome } of results) if (outcome === 'failed') this.#failed.push(step);
  }

  /** Why a step is not attempted any more, whatever it is about. */
  #endedBy(step: Step): string | undefined {
    const { signal, failFast = false } = this.#options;
    if (signal?.aborted) return 'interrupted';
    return failFast && this.#failed.length > 0 && !closesTraffic(step)
      ? 'a step before it failed, and the first failure ends the run'
      : undefined;
  }

  async #execute(step: Step): Promise<Executed> {
    const { engine, info, journal, writers } = this.#options;
    if (isKernelStep(step))
      return writers.alone(namespaceOf(step), () => executeInKernel(step, this.#kernel));
    const executed = await execute(step, {
      engine,
      info,
      journal,
      created: this.#created,
      onMade: network => this.#guardMade(network),
    });
    if (executed.created) this.#created.set(executed.created.name, executed.created.id);
    return executed;
  }

  /** The new bridge of a recreated network is guarded before anybody is put back on it. */
  async #guardMade({ id, name }: IdentifiedNetwork): Promise<void> {
    // Also where its recreation fails afterwards: this is what there is of it now.
    this.#created.set(name, id);
    const { kernel, writers } = this.#options;
    const guard = this.#guard;
    if (!kernel || !guard?.guard.some(({ network }) => network.name === name)) return;
    await writers.alone(namespaceOf(guard), () => executeInKernel(guard, this.#kernel));
  }
}
