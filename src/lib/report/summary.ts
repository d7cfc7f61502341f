import type { Report, StepResult } from '../model/report.js';
import type { Step } from '../model/step.js';

const pastTense: Record<Step['do'], string> = {
  'create-network': 'created',
  'recreate-network': 'recreated',
  'remove-network': 'removed',
  connect: 'connected',
  disconnect: 'disconnected',
  'set-routing': 'routed',
  'clear-routing': 'unrouted',
  'set-nat': 'NAT set up',
  'set-guard': 'guard set',
};

/** What a step did, in one word or two: a step may also take back what its kind sets up. */
function did(step: Step): string {
  if (step.do === 'set-nat' && !step.nat) return 'NAT removed';
  if (step.do === 'set-guard' && step.guard.length === 0) return 'guard removed';
  if (step.do === 'set-routing' && !step.routes.some(({ open }) => open)) return 'blocked';
  return pastTense[step.do];
}

function counted(results: readonly StepResult[]): string[] {
  const kinds = [...new Set(results.map(({ step }) => did(step)))];
  return kinds.map(kind => {
    const count = results.filter(({ step }) => did(step) === kind).length;
    return `${String(count)} ${kind}`;
  });
}

/** «1 created, 2 connected, 14 unchanged», in the conditional for a dry run. */
export function summaryOf(report: Report, dryRun: boolean): string {
  const of = (...outcomes: StepResult['outcome'][]): StepResult[] =>
    report.results.filter(result => outcomes.includes(result.outcome));
  const found = (...kinds: string[]): number =>
    report.findings.filter(finding => kinds.includes(finding.find)).length;
  const tell = (count: number, what: string): string[] => (count > 0 ? [`${String(count)} ${what}`] : []);

  const unchanged = of('unchanged').length + found('unchanged', 'kept', 'label-drift');
  const parts = [
    ...counted(of('done', 'planned')),
    ...tell(of('failed').length, 'failed'),
    ...tell(of('skipped').length, 'skipped'),
    ...tell(found('drift'), 'drifted'),
    ...tell(found('refused'), 'refused'),
    ...tell(unchanged, 'unchanged'),
    ...tell(found('ignored'), 'ignored'),
  ];
  const text = parts.length === 0 ? 'nothing to do' : parts.join(', ');
  return dryRun ? `Dry run: ${text}` : text;
}
