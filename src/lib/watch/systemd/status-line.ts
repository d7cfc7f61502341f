import type { Finding, FindingKind } from '../../model/plan.js';
import type { LoopState } from '../loop-state.js';

function count(findings: readonly Finding[], ...kinds: FindingKind[]): number {
  return findings.filter(({ find }) => kinds.includes(find)).length;
}

function tell(number: number, what: string): string[] {
  return number > 0 ? [`${String(number)} ${what}`] : [];
}

/** How the loop is doing in one line, as `systemctl status` shows it. It says the same as long as nothing changes. */
export function statusLine(state: LoopState): string {
  const { trouble, lastPass, failing } = state;
  if (state.stopping) return 'Stopping after the step under way';
  if (state.breakerOpen) return `Changing nothing for the time being: ${trouble ?? 'too much failed'}`;
  if (trouble !== undefined) return `Trying again: ${trouble}`;
  if (!lastPass) return 'Looking at everything for the first time';
  const { findings } = lastPass.report;
  const parts = [
    ...tell(count(findings, 'unchanged', 'kept', 'label-drift'), 'as declared'),
    ...tell(failing, 'failing'),
    ...tell(count(findings, 'drift'), 'drifted'),
    ...tell(count(findings, 'refused'), 'refused'),
  ];
  return parts.length === 0 ? 'Everything as declared' : `Watching: ${parts.join(', ')}`;
}
