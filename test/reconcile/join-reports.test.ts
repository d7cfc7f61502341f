import { expect } from 'chai';
import type { Finding } from '../../src/lib/model/plan.js';
import type { StepResult } from '../../src/lib/model/report.js';
import { noRouting } from '../../src/lib/model/routing.js';
import type { Step } from '../../src/lib/model/step.js';
import { joinReports } from '../../src/lib/reconcile/join-reports.js';
import { summaryOf } from '../../src/lib/report/summary.js';

const container = (name: string) => ({ id: name, name, pid: 7, startedAt: '' });
const base = { job: 'warps', reason: 'as declared' } as const;
const route: Step = {
  do: 'set-routing',
  ...base,
  container: container('worker'),
  routes: [{ via: 'vpn', rules: ['0.0.0.0/0'], open: true }],
  routing: noRouting,
  changes: [],
};
const nat: Step = { do: 'set-nat', ...base, container: container('vpn'), nat: { targets: [] } };
const guard: Step = { do: 'set-guard', ...base, guard: [{ network: { name: 'vpn-net' }, warps: [] }] };

const done = (step: Step): StepResult => ({ step, outcome: 'done' });
const unchanged = (about: Partial<Finding>, reason = 'as declared'): Finding => ({
  find: 'unchanged',
  job: 'warps',
  reason,
  ...about,
});

describe('The reports of two rounds', () => {
  const after = [
    unchanged({ container: 'worker' }, 'routed'),
    unchanged({ container: 'vpn' }, 'NAT is set up'),
    unchanged({ network: 'vpn-net' }, 'guarded'),
  ];

  it('count an object once: what the first has changed is not unchanged for the second', () => {
    const joined = joinReports(
      { results: [route, nat, guard].map(done), findings: [] },
      { results: [], findings: [...after, unchanged({ container: 'other' })] },
    );
    expect(joined.findings.map(finding => finding.container)).to.deep.equal(['other']);
    expect(summaryOf(joined, false)).to.equal('1 routed, NAT set up in 1 warp, 1 guard set, 1 unchanged');
  });

  it('keep what the first had found unchanged of an object that it changed elsewhere', () => {
    const routed = unchanged({ container: 'vpn' }, 'routed');
    const joined = joinReports(
      { results: [done(nat)], findings: [routed] },
      { results: [], findings: [routed, unchanged({ container: 'vpn' }, 'NAT is set up')] },
    );
    expect(joined.findings).to.deep.equal([routed]);
  });

  it('keep what is blocked, and what a step that failed was for', () => {
    const failed: StepResult = { step: nat, outcome: 'failed' };
    const blocked: Finding = { find: 'blocked', job: 'warps', container: 'worker', reason: 'no vpn' };
    const joined = joinReports(
      { results: [done(route), failed], findings: [] },
      { results: [], findings: [blocked, ...after.slice(1, 2)] },
    );
    expect(joined.findings).to.deep.equal([blocked, after[1]]);
  });

  it('keep the findings of a job that the second did not look at', () => {
    const network: Finding = { find: 'unchanged', job: 'networks', network: 'edge', reason: 'exists' };
    expect(
      joinReports({ results: [], findings: [network] }, { results: [], findings: after }).findings,
    ).to.deep.equal([network, ...after]);
  });
});
