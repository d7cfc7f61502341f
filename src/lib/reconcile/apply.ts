import type { Engine, IdentifiedNetwork } from '../docker/engine.js';
import type { EngineInfo } from '../model/engine-info.js';
import { ExitCode, FairleadError, messageOf } from '../model/errors.js';
import type { Plan } from '../model/plan.js';
import type { Report, StepFailure, StepResult } from '../model/report.js';
import type { NetworkRef, SetGuard, Step } from '../model/step.js';
import { execute } from './execute.js';
import type { Kernel } from '../netns/kernel.js';
import { type Journal, noJournal } from './journal.js';
import { guardOnceMade } from './set-guard.js';
import { RecentContainers } from './recent-containers.js';
import { type PlacedStep, stretchesOf } from './stretches.js';
import { withWaysLost } from './ways-lost.js';

export interface ApplyOptions {
  readonly signal?: AbortSignal;
  /** Where recreations are written down; without one nothing is recreated. */
  readonly journal?: Journal;
  /** The kernel that the containers run on, where it is this one. */
  readonly kernel?: Kernel;
  /** Nothing is attempted any more after the first step that fails. */
  readonly failFast?: boolean;
  /** Why a step is not attempted at present, nor what depends on it; asked right before each. */
  readonly heldBack?: (step: Step) => string | undefined;
  /** Called before each step is attempted, with how many were before it. */
  readonly onStep?: (step: Step, index: number) => void;
}

function failureOf(error: unknown): StepFailure {
  return error instanceof FairleadError
    ? { code: error.code, message: error.message, hints: error.hints, exit: error.exit }
    : { code: 'unexpected', message: messageOf(error), hints: [], exit: ExitCode.failed };
}

/** By name, what the networks are that the plan recreates: until it does, and where it cannot. */
function idsBefore(steps: readonly Step[]): ReadonlyMap<string, string> {
  return new Map(
    steps.flatMap(step =>
      step.do === 'recreate-network' ? [[step.network.name, step.network.id] as const] : [],
    ),
  );
}

function guards({ guard }: SetGuard, { name }: NetworkRef): boolean {
  return guard.some(({ network }) => network.name === name);
}

/** Measured on two cores, busy and idle: what is gained by more is lost by the first having to wait. */
const closingsAtOnce = 8;

/** Why a step is not attempted after what failed before it. */
function blockedBy(step: Step, failed: readonly Step[]): string | undefined {
  if (step.do === 'remove-network') {
    // A stopped container does not keep an engine from removing its network, and cannot start without it.
    const stillOn = failed.some(other => other.do === 'disconnect' && other.network.id === step.network.id);
    return stillOn ? 'somebody could not be disconnected from it' : undefined;
  }
  if (step.do !== 'connect' && step.do !== 'disconnect') return undefined;
  const { network, container } = step;
  for (const other of failed) {
    if (other.do === 'set-guard' && step.do === 'connect' && guards(other, network)) {
      return 'the guard of its network could not be put in force';
    }
    if (other.do === 'create-network' && network.id === undefined && other.spec.name === network.name) {
      return 'its network could not be created';
    }
    if (other.do === 'recreate-network' && other.network.id === network.id) {
      return 'its network could not be recreated';
    }
    if (
      step.do === 'connect' &&
      other.do === 'disconnect' &&
      other.container.id === container.id &&
      other.network.name === network.name
    ) {
      return 'what it replaces could not be disconnected';
    }
    if (
      step.do === 'disconnect' &&
      step.needsJoins &&
      other.do === 'connect' &&
      other.container.id === container.id
    ) {
      return 'a join of the same container failed, and without it nothing would be left to it';
    }
  }
  return undefined;
}

/** Why nothing at all is attempted any more. */
function endedBy({ signal, failFast = false }: ApplyOptions, failed: readonly Step[]): string | undefined {
  if (signal?.aborted) return 'interrupted';
  return failFast && failed.length > 0
    ? 'a step before it failed, and the first failure ends the run'
    : undefined;
}

/**
 * Does the steps of a plan, one after the other, and side by side those that only take ways back: the only writer there
 * is. A step that fails does not stop the ones that do not depend on it. When the signal fires, the steps under way end
 * and the rest is skipped.
 */
export async function apply(
  engine: Engine,
  info: EngineInfo,
  plan: Plan,
  options: ApplyOptions = {},
): Promise<Report> {
  const { onStep, journal = noJournal } = options;
  const failed: Step[] = [];
  const heldBack: Step[] = [];
  const created = new Map<string, string>();
  // The signal is for between the steps: a call cut off halfway leaves us not knowing what it did.
  const { kernel } = options;
  const standing = idsBefore(plan.steps);
  const guardIt = guardOnceMade(kernel, plan.steps, () => new Map([...standing, ...created]));
  const onMade = async (network: IdentifiedNetwork): Promise<void> => {
    // Also where its recreation fails afterwards: this is what there is of it now.
    created.set(network.name, network.id);
    await guardIt?.(network);
  };
  const containers = new RecentContainers(engine);
  const context = { engine, info, containers, created, standing, journal, kernel, onMade, signal: undefined };
  const attempt = async ({ step, index }: PlacedStep): Promise<StepResult> => {
    const held = options.heldBack?.(step);
    const blocked = endedBy(options, failed) ?? held ?? blockedBy(step, [...failed, ...heldBack]);
    if (held !== undefined) heldBack.push(step);
    if (blocked !== undefined) return { step, outcome: 'skipped', note: blocked };
    onStep?.(step, index);
    try {
      const { outcome, note, lookAgain, created: made } = await execute(step, context);
      if (made) created.set(made.name, made.id);
      return { step, outcome, ...(note !== undefined && { note }), ...(lookAgain && { lookAgain }) };
    } catch (error) {
      failed.push(step);
      return { step, outcome: 'failed', failure: failureOf(error) };
    }
  };
  const { default: pLimit } = await import('p-limit');
  const limit = pLimit(closingsAtOnce);
  const results: StepResult[] = [];
  for (const stretch of stretchesOf(plan.steps)) results.push(...(await limit.map(stretch, attempt)));
  return { results: await withWaysLost(engine, results), findings: plan.findings };
}

/** The report of a plan that is only shown. */
export function dryRun(plan: Plan): Report {
  return { results: plan.steps.map(step => ({ step, outcome: 'planned' })), findings: plan.findings };
}
