import { expect } from 'chai';
import { listedNames } from '../../src/lib/model/group-findings.js';
import type { Finding } from '../../src/lib/model/plan.js';
import { exitCodeOf } from '../../src/lib/model/report.js';
import type { Step } from '../../src/lib/model/step.js';
import { statusLines, statusOf } from '../../src/lib/report/status.js';
import { summaryOf } from '../../src/lib/report/summary.js';
import { problemLines, reportLines } from '../../src/lib/report/text.js';
import { warningLines } from '../../src/lib/report/warnings.js';
import { connectStep } from '../support/watch-stage.js';

const about = (find: Finding['find'], container: string, reason: string): Finding => ({
  find,
  job: 'warps',
  container,
  reason,
});

describe('What is said of several', () => {
  it('is said once, with their names, in warnings and in the status', () => {
    const findings = ['worker', 'api'].flatMap(name => [
      about('warning', name, 'names leak'),
      about('caveat', name, 'starts leak'),
      about('blocked', name, `its warp for ${name} does not run`),
    ]);
    expect(warningLines(findings)).to.deep.equal(['Warning: api, worker: names leak']);
    const lines = statusLines(statusOf({ steps: [], findings }));
    expect(lines.filter(line => line.startsWith('  ') || line.startsWith('warps'))).to.deep.equal([
      'warps        4 to look at',
      '  ! warning  api, worker  names leak',
      '  ! caveat   api, worker  starts leak',
      '  ! blocked  worker       its warp for worker does not run',
      '  ! blocked  api          its warp for api does not run',
    ]);
  });

  it('has the fields that differ and the hints below it in the status', () => {
    const hints = ['To have it made again:', 'fairlead network ensure edge --recreate'];
    const drift = [{ field: 'internal', declared: 'true', actual: 'false\u001b[2J' }];
    const finding: Finding = {
      find: 'drift',
      job: 'networks',
      network: 'edge',
      reason: 'it differs',
      drift,
      hints,
    };
    expect(statusLines(statusOf({ steps: [], findings: [finding] })).slice(0, 5)).to.deep.equal([
      'networks     1 to look at',
      '  ! drift  edge  it differs',
      '      internal: declared true, is false\\e[2J',
      '      To have it made again:',
      '      fairlead network ensure edge --recreate',
    ]);
  });

  it('names some, and counts the rest', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'a'];
    expect(listedNames(names)).to.equal('a, b, c, d, e and 2 more');
    expect(listedNames(['x\u001b[2J'])).to.equal('x\\e[2J');
  });

  it('is not taken for nothing where all that is declared does not run', () => {
    const lines = statusLines(statusOf({ steps: [], findings: [about('ignored', 'worker', 'not running')] }));
    expect(lines.at(-1)).to.equal('warps        1 ignored: not running, or not to be counted');
  });
});

describe('What is declared and matches no container', () => {
  const findings = [
    about('unchanged', 'worker', 'routed as declared'),
    about('unmatched', 'workr', 'no container has this name (warp.routes[0]); did you mean worker?'),
    { find: 'unmatched', job: 'warps', reason: 'no container matches warp.routes[1] (labels: tor)' },
  ] as const;

  it('is said quietly by the status, below all that is to be done or looked at', () => {
    const seen = [...findings, about('blocked', 'api', 'vpn does not run')];
    expect(statusLines(statusOf({ steps: [], findings: seen })).slice(3)).to.deep.equal([
      'warps        1 as declared, 1 to look at, 2 without a container',
      '  ! blocked   api    vpn does not run',
      '  ? no match  workr  no container has this name (warp.routes[0]); did you mean worker?',
      '  ? no match  no container matches warp.routes[1] (labels: tor)',
    ]);
    expect(statusLines(statusOf({ steps: [], findings: findings.slice(2) }))[3]).to.equal(
      'warps        1 without a container',
    );
  });

  it('is a line of a plan where it is a name, and counted in the summary', () => {
    expect(reportLines({ results: [], findings }, true)).to.deep.equal([
      '= unchanged  worker  routed as declared',
      '? no match   workr   no container has this name (warp.routes[0]); did you mean worker?',
      'Dry run: 1 name without a container, 1 unchanged',
    ]);
    expect(problemLines({ results: [], findings })).to.deep.equal([]);
  });

  it('changes no exit code', () => {
    expect(exitCodeOf({ results: [], findings }, true)).to.equal(0);
  });
});

describe('The summary', () => {
  const container = { id: 'a', name: 'vpn', pid: 7, startedAt: '' };
  const base = { job: 'warps', container, reason: 'as asked' } as const;
  const steps: Step[] = [
    connectStep('web', 'edge'),
    connectStep('api', 'edge'),
    { do: 'set-nat', ...base, nat: { targets: [] } },
    { do: 'set-nat', ...base },
    { do: 'set-guard', job: 'warps', guard: [], reason: 'as asked' },
  ];
  const findings = [about('unchanged', 'a', ''), about('blocked', 'b', '')];
  const summary = (outcome: 'planned' | 'done', dryRun: boolean): string =>
    summaryOf({ results: steps.map(step => ({ step, outcome })), findings }, dryRun);

  it('says of a dry run what would be done, and else what was', () => {
    expect(summary('planned', true)).to.equal(
      'Dry run: would connect 2, set up NAT in 1 warp, remove NAT from 1 warp, remove the guard; 1 still blocked, 1 unchanged',
    );
    expect(summary('done', false)).to.equal(
      '2 connected, NAT set up in 1 warp, NAT removed from 1 warp, 1 guard removed, 1 still blocked, 1 unchanged',
    );
    expect(summaryOf({ results: [], findings: [] }, true)).to.equal('Dry run: nothing to do');
  });
});
