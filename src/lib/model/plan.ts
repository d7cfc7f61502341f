import type { Job, Step } from './step.js';

/** One declared field that the engine reports otherwise. Values are shown as text. */
export interface FieldDrift {
  readonly field: string;
  readonly declared: string;
  readonly actual: string;
}

export type FindingKind =
  /** As declared; nothing to do. */
  | 'unchanged'
  /** A membership that stays, and what for. */
  | 'kept'
  /** Looked at and not counted, and why. */
  | 'ignored'
  /** Declared, and no container has the name or is what the selector describes. */
  | 'unmatched'
  /** Made by Fairlead, and not declared in the config: it stays until a command takes it away. */
  | 'undeclared'
  /** Exists otherwise than declared. */
  | 'drift'
  /** Exists otherwise than declared, in nothing but labels: of low severity, for no engine can update them. */
  | 'label-drift'
  /** Cannot be brought about, and why. */
  | 'refused'
  /** Will be done, and has a consequence to know of before. */
  | 'warning'
  /** What a state that is as declared does not promise. It lasts; the step that brings it tells it as a warning. */
  | 'caveat'
  /** As declared, and nothing of it gets through at present. */
  | 'blocked';

/** What a planner has to say of something it plans no step for, or beside a step. */
export interface Finding {
  readonly find: FindingKind;
  readonly job: Job;
  readonly network?: string;
  readonly container?: string;
  readonly reason: string;
  readonly hints?: readonly string[];
  /** For drift: each field that differs. */
  readonly drift?: readonly FieldDrift[];
}

/** What to do, in order, and what there is to say of the rest. */
export interface Plan {
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
}

export const emptyPlan: Plan = { steps: [], findings: [] };

export function joinPlans(...plans: readonly Plan[]): Plan {
  return {
    steps: plans.flatMap(plan => plan.steps),
    findings: plans.flatMap(plan => plan.findings),
  };
}
