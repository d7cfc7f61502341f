import type { Finding } from '../model/plan.js';
import type { Report } from '../model/report.js';
import type { Step } from '../model/step.js';

/** A finding's words, and what it is about. */
function identityOf({ find, job, container, network, reason }: Finding): string {
  return JSON.stringify([find, job, container, network, reason]);
}

/** Names of what a step changes in the kernel: a container, or the networks that it guards. */
function namesIn(step: Step): readonly string[] {
  switch (step.do) {
    case 'set-routing':
    case 'clear-routing':
    case 'set-nat':
      return [`container ${step.container.name}`];
    case 'set-guard':
      return step.guard.map(({ network }) => `network ${network.name}`);
    case 'create-network':
    case 'recreate-network':
    case 'remove-network':
    case 'connect':
    case 'disconnect':
      return [];
  }
}

/**
 * All results of both rounds, and of each job the findings of the later one that has any. A round finds unchanged what
 * the one before it has just changed: of such an object only the change is reported.
 */
export function joinReports(before: Report, after: Report): Report {
  const seenAgain = new Set(after.findings.map(({ job }) => job).concat('warps'));
  const done = before.results.filter(({ outcome }) => outcome === 'done');
  const changed = new Set(done.flatMap(({ step }) => namesIn(step)));
  const known = new Set(before.findings.map(identityOf));
  const isNoNews = (finding: Finding): boolean =>
    finding.find === 'unchanged' &&
    finding.job === 'warps' &&
    changed.has(
      finding.container === undefined ? `network ${finding.network ?? ''}` : `container ${finding.container}`,
    ) &&
    // Of a warp that is a target as well one may have changed and the other not.
    !known.has(identityOf(finding));
  return {
    results: [...before.results, ...after.results],
    findings: [
      ...before.findings.filter(({ job }) => !seenAgain.has(job)),
      ...after.findings.filter(finding => !isNoNews(finding)),
    ],
  };
}
