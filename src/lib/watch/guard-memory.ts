import type { SetGuard } from '../model/step.js';
import type { LoopEvent } from './loop-event.js';

type PassEvent = Extract<LoopEvent, { kind: 'pass' }>;

/** Which networks earlier passes saw guarded: a guard that is set again had been taken away, and not by Fairlead. */
export class GuardMemory {
  /** IDs by name; of a network that was guarded before the watch began only the name is known. */
  #guarded: ReadonlyMap<string, string | undefined> = new Map();

  /** Takes a pass for known, and returns the names of the networks whose guard it had to set again. */
  note({ report }: PassEvent): string[] {
    const lost: string[] = [];
    for (const { step, outcome } of report.results) {
      // A withdrawal takes addresses out of what is in force, and sets nothing.
      if (outcome !== 'done' || step.do !== 'set-guard' || step.withdraws) continue;
      lost.push(...this.#lostBefore(step));
      this.#guarded = new Map(step.guard.map(({ network: { name, id } }) => [name, id]));
    }
    const found = report.findings.flatMap(({ find, job, container, network }) =>
      find === 'unchanged' && job === 'warps' && container === undefined ? (network ?? []) : [],
    );
    this.#guarded = new Map([...found.map(name => [name, undefined] as const), ...this.#guarded]);
    return [...new Set(lost)];
  }

  /** A network that was removed and made again has another ID, and its guard went with it. */
  #lostBefore({ missing = [] }: SetGuard): string[] {
    const isLost = ({ name, id }: (typeof missing)[number]): boolean => {
      const before = this.#guarded.get(name);
      return this.#guarded.has(name) && (before === undefined || before === id);
    };
    return missing.filter(isLost).map(({ name }) => name);
  }
}
