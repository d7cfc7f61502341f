import type { KernelView } from '../model/kernel-view.js';
import type { Report } from '../model/report.js';
import type { Kernel } from '../netns/kernel.js';

interface GuardFound {
  /** The kernel as the pass found it. */
  readonly view: KernelView | undefined;
  readonly isDeclared: boolean;
}

/**
 * Has the guard that a pass found in force written down for the next boot, where that is not known to be done: a run
 * that was killed between the two, or a disk that was full then, left another one there, or none, and no step would
 * ever come of it. What a step of the pass has set, has been written down with it.
 */
export async function keepGuardForBoot(
  kernel: Kernel | undefined,
  { results }: Report,
  { view, isDeclared }: GuardFound,
): Promise<void> {
  if (results.some(({ step }) => step.do === 'set-guard')) return;
  const { guard, lacksNft = false } = view?.host ?? { lacksNft: true };
  if (guard?.whole) await kernel?.keepForBoot(guard.bridges);
  else await kernel?.keepForBoot(!guard && !isDeclared && !lacksNft ? [] : undefined);
}
