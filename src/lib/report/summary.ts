import type { Report, StepResult } from '../model/report.js';
import type { Step } from '../model/step.js';

/** What a kind of step does, and did, to a number of things. */
interface Words {
  /** `2 connected`. */
  readonly did: (count: string) => string;
  /** `would connect 2`. */
  readonly would: (count: string) => string;
}

function verb(would: string, did = `${would}ed`): Words {
  return { did: count => `${count} ${did}`, would: count => `${would} ${count}` };
}

function warps(count: string): string {
  return `${count} ${count === '1' ? 'warp' : 'warps'}`;
}

const words = {
  'create-network': verb('create', 'created'),
  'recreate-network': verb('recreate', 'recreated'),
  'remove-network': verb('remove', 'removed'),
  connect: verb('connect'),
  disconnect: verb('disconnect'),
  'set-routing': verb('route', 'routed'),
  'clear-routing': verb('unroute', 'unrouted'),
  'set-nat': {
    did: count => `NAT set up in ${warps(count)}`,
    would: count => `set up NAT in ${warps(count)}`,
  },
  'set-guard': { did: count => `${count} guard set`, would: () => 'set the guard' },
} as const satisfies Record<Step['do'], Words>;

const block = verb('block');
const removeNat: Words = {
  did: count => `NAT removed from ${warps(count)}`,
  would: count => `remove NAT from ${warps(count)}`,
};
const removeGuard: Words = { did: count => `${count} guard removed`, would: () => 'remove the guard' };

/** A step may also take back what its kind sets up. */
function wordsFor(step: Step): Words {
  if (step.do === 'set-nat' && !step.nat) return removeNat;
  if (step.do === 'set-guard' && step.guard.length === 0) return removeGuard;
  if (step.do === 'set-routing' && !step.routes.some(({ open }) => open)) return block;
  return words[step.do];
}

function counted(results: readonly StepResult[], tense: keyof Words): string[] {
  const counts = new Map<Words, number>();
  for (const { step } of results) counts.set(wordsFor(step), (counts.get(wordsFor(step)) ?? 0) + 1);
  return [...counts].map(([kind, count]) => kind[tense](String(count)));
}

/** «1 created, 2 connected, 14 unchanged»; of a dry run «would create 1, connect 2; 14 unchanged». */
export function summaryOf(report: Report, dryRun: boolean): string {
  const of = (...outcomes: StepResult['outcome'][]): StepResult[] =>
    report.results.filter(result => outcomes.includes(result.outcome));
  const found = (...kinds: string[]): number =>
    report.findings.filter(finding => kinds.includes(finding.find)).length;
  const unmatched = report.findings.filter(
    ({ find, container }) => find === 'unmatched' && container !== undefined,
  ).length;
  const tell = (count: number, what: string): string[] => (count > 0 ? [`${String(count)} ${what}`] : []);

  const unchanged = of('unchanged').length + found('unchanged', 'kept', 'label-drift');
  const would = counted(of('planned'), 'would').join(', ');
  const parts = [
    ...counted(of('done'), 'did'),
    ...tell(of('failed').length, 'failed'),
    ...tell(of('skipped').length, 'skipped'),
    ...tell(found('drift'), 'drifted'),
    ...tell(found('refused'), 'refused'),
    ...tell(found('blocked'), 'still blocked'),
    ...tell(unmatched, unmatched === 1 ? 'name without a container' : 'names without a container'),
    ...tell(found('undeclared'), 'undeclared'),
    ...tell(unchanged, 'unchanged'),
    ...tell(found('ignored'), 'ignored'),
  ];
  const rest = parts.join(', ');
  const text = [...(would === '' ? [] : [`would ${would}`]), ...(rest === '' ? [] : [rest])].join('; ');
  return `${dryRun ? 'Dry run: ' : ''}${text === '' ? 'nothing to do' : text}`;
}
