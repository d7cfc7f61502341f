import { expect } from 'chai';
import { createLog } from '../../src/lib/log/create-log.js';
import { FairleadError } from '../../src/lib/model/errors.js';
import type { Finding } from '../../src/lib/model/plan.js';
import type { StepFailure } from '../../src/lib/model/report.js';
import { noRouting } from '../../src/lib/model/routing.js';
import type { Step } from '../../src/lib/model/step.js';
import { Audit } from '../../src/lib/watch/audit.js';
import type { LoopEvent } from '../../src/lib/watch/loop-event.js';
import { loopEventJson } from '../../src/lib/watch/loop-event-json.js';
import { connectStep } from '../support/watch-stage.js';
import { idOf } from '../support/world.js';

const hour = 3_600_000;
const failure: StepFailure = { code: 'refused', message: 'The engine says no.', hints: ['Ask.'], exit: 1 };

function pass(
  changes: Partial<Extract<LoopEvent, { kind: 'pass' }>> = {},
  findings: Finding[] = [],
): LoopEvent {
  const report = { results: [], findings };
  return {
    kind: 'pass',
    causes: ['resync'],
    dryRun: false,
    durationMs: 12,
    changed: false,
    report,
    ...changes,
  };
}

function failing(message: string, attempts: number): LoopEvent {
  const step = connectStep('web', 'edge');
  const object = {
    subject: 'web on edge',
    step,
    failure: { ...failure, message },
    attempts,
    since: 0,
    retryAt: 0,
  };
  return { kind: 'failing', object };
}

/** The lines for the journal, of `info` and above. */
function lines(...told: readonly (readonly [event: LoopEvent, now: number])[]): string[] {
  const written: string[] = [];
  const write = (line: string): void => void written.push(line.trimEnd());
  const audit = new Audit(
    createLog({ level: 'info', format: 'text', journal: true, write, now: () => new Date() }),
  );
  for (const [event, now] of told) audit.note(event, now);
  return written;
}

describe('The audit lines', () => {
  it('tell each change, its reason and its cause, on one line whatever the names are', () => {
    const step = connectStep('we\nb\u001b[31m', 'edge', { reason: 'rule\r1' });
    const changed = pass({
      causes: ['container start web'],
      report: { results: [{ step, outcome: 'done', note: 'late' }], findings: [] },
    });
    expect(lines([changed, 0])).to.deep.equal([
      '<6>connect we\\nb\\e[31m → edge: rule\\r1; late (container start web)',
    ]);
  });

  it('are silent of passes that change nothing, but for the first', () => {
    const findings: Finding[] = [
      { find: 'unchanged', job: 'networks', network: 'a', reason: 'exists' },
      { find: 'unchanged', job: 'networks', network: 'b', reason: 'exists' },
      { find: 'kept', job: 'attachments', container: 'job', network: 'a', reason: 'rule 1' },
      { find: 'kept', job: 'proxies', container: 'proxy', network: 'a', reason: 'routes web' },
      { find: 'unchanged', job: 'warps', container: 'worker', reason: 'routed as declared' },
      { find: 'unchanged', job: 'warps', container: 'vpn', reason: 'routed as declared' },
      { find: 'unchanged', job: 'warps', container: 'vpn', reason: 'NAT is set up' },
      { find: 'unchanged', job: 'warps', network: 'a', reason: 'guarded' },
    ];
    expect(
      lines([pass({ only: 'proxies' }), 0], [pass({}, findings), 1], [pass(), 2], [{ kind: 'alive' }, 3]),
    ).to.deep.equal([
      '<6>everything is as declared (2 networks, 1 attachment, 1 membership of a proxy, 2 targets and warps, 1 guarded network)',
    ]);
    expect(lines([pass(), 0])).to.deep.equal(['<6>everything is as declared']);
    expect(lines([pass({ unread: { kernel: 'nft is busy' } }), 0], [pass(), 1])).to.deep.equal([]);
  });

  it('tell of a refused object what may be done about it', () => {
    const refused: Finding = {
      find: 'refused',
      job: 'warps',
      container: 'app',
      reason: 'there is no warp vpn',
      hints: ['Start it.', 'Or name another one.'],
    };
    expect(lines([pass({}, [refused]), 0], [pass({}, [refused]), 1])).to.deep.equal([
      '<4>refused app: there is no warp vpn',
      '<6>Start it.',
      '<6>Or name another one.',
    ]);
  });

  describe('of a route that is blocked', () => {
    const container = { id: idOf('app'), name: 'app', pid: 7, startedAt: '' };
    const set = (open: boolean): LoopEvent => {
      const routes = [{ via: 'vpn', rules: ['0.0.0.0/0'], open }];
      const reason = open ? 'label' : 'vpn is not running (label)';
      const step: Step = {
        do: 'set-routing',
        job: 'warps',
        container,
        routes,
        routing: noRouting,
        changes: [],
        reason,
      };
      return pass({
        causes: ['container die vpn'],
        report: { results: [{ step, outcome: 'done' }], findings: [] },
      });
    };
    const blocked = (reason = 'vpn is not running (label)'): LoopEvent =>
      pass({}, [{ find: 'blocked', job: 'warps', container: 'app', reason }]);
    const closed = '<4>route app → vpn (blocked): vpn is not running (label) (container die vpn)';

    it('are one when it is blocked and one when it is open again', () => {
      expect(
        lines(
          [set(false), 0],
          [pass({ only: 'proxies' }), 1],
          [blocked(), 2],
          [blocked(), 3],
          [set(true), 4],
        ),
      ).to.deep.equal([closed, '<6>route app → vpn: label (container die vpn)']);
    });

    it('are more where it becomes another thing, or no step was needed', () => {
      expect(lines([blocked(), 0], [pass(), 1])).to.deep.equal([
        '<4>blocked app: vpn is not running (label)',
        '<6>no longer: blocked app: vpn is not running (label)',
      ]);
      expect(lines([set(false), 0], [blocked(), 1], [blocked('vpn has no address'), 2])).to.deep.equal([
        closed,
        '<4>blocked app: vpn has no address',
      ]);
    });

    it('are none where the kernel could not be read', () => {
      expect(
        lines([set(false), 0], [blocked(), 1], [pass({ unread: { kernel: 'nft is busy' } }), 2]),
      ).to.deep.equal([closed]);
    });
  });

  it('tell a failure once, again when it is another one, and every hour', () => {
    const told = lines(
      [failing('No.', 1), 0],
      [failing('No.', 2), 1000],
      [failing('Never.', 3), 2000],
      [failing('Never.', 4), 3000],
      [failing('Never.', 5), 2000 + hour],
    ).filter(line => line.startsWith('<3>'));
    expect(told.map(line => line.replace(/; .*/, ''))).to.deep.equal([
      '<3>connect web → edge: No.',
      '<3>connect web → edge: Never.',
      '<3>connect web → edge: Never.',
    ]);
  });

  it('tell what fails anew after it had recovered', () => {
    const recovered = { ...failing('No.', 2), kind: 'recovered' } as LoopEvent;
    const told = lines([failing('No.', 1), 0], [recovered, 5000], [failing('No.', 1), 6000]);
    expect(told.filter(line => line.includes('No.'))).to.have.length(2);
    expect(told).to.include('<6>web on edge: no longer failing, after 2 attempts in 5.0 s');
  });

  it('tell that the engine is away once, and again after it was back', () => {
    const lost: LoopEvent = {
      kind: 'waiting',
      error: new FairleadError('gone.', { code: 'x', exit: 4, hints: ['Is it there?'] }),
      attempt: 1,
      retryInMs: 500,
      blind: false,
    };
    const told = lines([lost, 0], [lost, 1000], [pass(), 2000], [lost, 3000]);
    expect(told).to.have.length(5);
    expect(told[1]).to.equal('<6>Is it there?');
    expect(told[0]).to.equal('<3>cannot follow the engine: gone; trying again in 0.5 s, and until it works');
  });

  it('do not take for over what a pass over the proxies alone did not look at', () => {
    const drift: Finding = { find: 'drift', job: 'networks', network: 'edge', reason: 'it differs' };
    const refused: Finding = { find: 'refused', job: 'proxies', network: 'shop', reason: 'no' };
    expect(
      lines([pass({}, [drift, refused]), 0], [pass({ only: 'proxies' }), 1], [pass({}, [drift]), 2]).slice(2),
    ).to.deep.equal(['<6>no longer: refused shop: no']);
  });

  it('tell what is to be known of a route once an hour, however often it is placed', () => {
    const warning: Finding = { find: 'warning', job: 'warps', container: 'worker', reason: 'names leak' };
    const cut: Finding = { find: 'warning', job: 'proxies', container: 'proxy', reason: 'its gateway moves' };
    const planned: LoopEvent = {
      kind: 'planned',
      causes: ['container start worker'],
      dryRun: false,
      plan: { steps: [], findings: [cut, warning] },
    };
    expect(lines([planned, 0], [planned, 60_000], [planned, hour])).to.deep.equal([
      '<4>proxy: its gateway moves',
      '<4>worker: names leak',
      '<4>proxy: its gateway moves',
      '<4>proxy: its gateway moves',
      '<4>worker: names leak',
    ]);
  });

  it('tell what a pass warns of before it is done, and once', () => {
    const warning: Finding = { find: 'warning', job: 'proxies', reason: 'its gateway moves' };
    const findings = ['a', 'b'].map((container): Finding => ({ ...warning, container }));
    const step = connectStep('web', 'edge');
    const planned: LoopEvent = {
      kind: 'planned',
      causes: ['resync'],
      dryRun: false,
      plan: { steps: [step], findings },
    };
    const over = pass({ report: { results: [{ step, outcome: 'done' }], findings } });
    expect(lines([planned, 0])).to.deep.equal(['<4>a, b: its gateway moves']);
    expect(lines([planned, 0], [over, 1])).to.have.length(2);
  });

  it('tell of a caveat once: at the start for information, and as a warning where it is new', () => {
    const caveat = (container: string, reason = 'names leak'): Finding => ({
      find: 'caveat',
      job: 'warps',
      container,
      reason,
      hints: ['Name a server.'],
    });
    expect(
      lines(
        [pass({}, [caveat('api'), caveat('worker')]), 0],
        [pass({}, [caveat('api'), caveat('worker')]), 1],
        [pass({ only: 'proxies' }), 2],
        [pass({}, [caveat('api'), caveat('api', 'starts leak')]), 3],
        [pass({}, [caveat('api'), caveat('worker'), caveat('api', 'starts leak')]), 4],
        [pass({}, [caveat('api')]), 2 * hour],
        [pass({}, [caveat('api'), caveat('worker')]), 2 * hour],
      ).filter(line => !line.includes('everything')),
    ).to.deep.equal([
      '<6>caveat api, worker: names leak',
      '<6>Name a server.',
      '<4>caveat api: starts leak',
      '<6>Name a server.',
      '<4>caveat worker: names leak',
      '<6>Name a server.',
    ]);
  });

  it('tell of no caveat that was warned of before the step that brings it', () => {
    const warning: Finding = { find: 'warning', job: 'warps', container: 'worker', reason: 'names leak' };
    const plan = { steps: [], findings: [warning] };
    const planned: LoopEvent = { kind: 'planned', causes: [], dryRun: false, plan };
    const after = pass({}, [{ ...warning, find: 'caveat' }]);
    expect(lines([pass(), 0], [planned, 1], [after, 2]).slice(1)).to.deep.equal(['<4>worker: names leak']);
  });

  describe('of a guard', () => {
    const network = { name: 'vpn-net', id: idOf('vpn-net') };
    const set = (missing?: (typeof network)[], ...names: string[]): LoopEvent => {
      const guard = [network, ...names.map(name => ({ name, id: idOf(name) }))].map(each => ({
        network: each,
        warps: [],
      }));
      const step: Step = {
        do: 'set-guard',
        job: 'warps',
        guard,
        ...(missing && { missing }),
        reason: 'declared',
      };
      return pass({ report: { results: [{ step, outcome: 'done' }], findings: [] } });
    };
    const lost = '<4>the guard of vpn-net was gone, or no longer as it was set: set again (resync)';
    const warnings = (...told: (readonly [LoopEvent, number])[]): string[] =>
      lines(...told).filter(line => line.startsWith('<4>'));

    it('warn where it was gone, whoever had set it', () => {
      const inForce = pass({}, [{ find: 'unchanged', job: 'warps', network: 'vpn-net', reason: 'guarded' }]);
      expect(warnings([set([network]), 0], [set([network]), 1])).to.deep.equal([lost]);
      expect(warnings([inForce, 0], [pass(), 1], [set([network]), 2])).to.deep.equal([lost]);
    });

    it('do not warn where it is new, of another network of that name, or other addresses are let out', () => {
      const remade = { name: 'vpn-net', id: idOf('remade') };
      expect(
        warnings([set([network]), 0], [set(), 1], [set([remade]), 2], [set(undefined, 'other'), 3]),
      ).to.deep.equal([]);
    });
  });

  it('tell of a step under way at the end only where a pass is', () => {
    const begun: LoopEvent = { kind: 'pass-begun', causes: [], dryRun: false };
    const last = (...told: (readonly [LoopEvent, number])[]): string | undefined =>
      lines(...told, [{ kind: 'stopping' }, 9]).at(-1);
    expect(last([begun, 0])).to.equal('<6>stopping after the step under way');
    expect(last([begun, 0], [pass(), 1])).to.equal('<6>stopping');
  });

  it('tell of drift each field, and all that may be done about it', () => {
    const drift: Finding = {
      find: 'drift',
      job: 'networks',
      network: 'edge',
      reason: 'it differs',
      drift: [
        { field: 'internal', declared: 'true', actual: 'false' },
        { field: 'ipam.config', declared: '10.78.0.0/24', actual: '10.7\n7.0.0/24' },
      ],
      hints: ['To have it made again:', 'fairlead network ensure edge --recreate'],
    };
    expect(lines([pass({}, [drift]), 0])).to.deep.equal([
      '<4>drift edge: it differs (internal: declared true, is false; ipam.config: declared 10.78.0.0/24, is 10.7\\n7.0.0/24)',
      '<6>To have it made again:',
      '<6>fairlead network ensure edge --recreate',
    ]);
  });

  it('tell what cannot be mended when it appears and when it is over', () => {
    const drift: Finding = { find: 'drift', job: 'networks', network: 'edge', reason: 'it differs' };
    expect(lines([pass({}, [drift]), 0], [pass({}, [drift]), 1], [pass(), 2])).to.deep.equal([
      '<4>drift edge: it differs',
      '<6>no longer: drift edge: it differs',
    ]);
  });
});

describe('An event of the loop as JSON', () => {
  const at = { time: new Date(Date.UTC(2026, 0, 2)), now: 10_000 };

  it('is a plan where there is something to warn of, before it is done', () => {
    const warning: Finding = { find: 'warning', job: 'proxies', reason: 'its gateway moves' };
    const kept: Finding = { find: 'kept', job: 'proxies', reason: 'home' };
    const planned = (findings: Finding[]): LoopEvent => ({
      kind: 'planned',
      causes: ['resync'],
      dryRun: false,
      plan: { steps: [], findings },
    });
    expect(loopEventJson(planned([kept]), at)).to.equal(undefined);
    expect(loopEventJson(planned([kept, warning]), at)).to.deep.equal({
      schemaVersion: 1,
      event: 'planned',
      time: '2026-01-02T00:00:00.000Z',
      causes: ['resync'],
      warnings: [{ find: 'warning', job: 'proxies', reason: 'its gateway moves', hints: [] }],
    });
  });

  it('is a pass with its steps, what to look at, and a count of the rest', () => {
    const step = connectStep('web', 'edge');
    const findings: Finding[] = [
      { find: 'unchanged', job: 'networks', network: 'edge', reason: 'as declared' },
      { find: 'refused', job: 'networks', network: 'x', reason: 'no' },
    ];
    const json = loopEventJson(pass({ report: { results: [{ step, outcome: 'done' }], findings } }), at);
    expect(json).to.deep.equal({
      schemaVersion: 1,
      event: 'pass',
      time: '2026-01-02T00:00:00.000Z',
      causes: ['resync'],
      dryRun: false,
      durationMs: 12,
      changed: 1,
      unchanged: 1,
      steps: [
        {
          do: 'connect',
          job: 'attachments',
          network: { name: 'edge' },
          container: { id: idOf('web'), name: 'web' },
          reason: 'as declared',
          outcome: 'done',
        },
      ],
      findings: [{ find: 'refused', job: 'networks', network: 'x', reason: 'no', hints: [] }],
    });
  });

  it('is short, however much a step takes, and leaves out what only stays as it is', () => {
    const container = { id: 'a', name: 'worker', pid: 7, startedAt: '' };
    const routes = [{ via: 'vpn', rules: ['0.0.0.0/0'], open: true }];
    const base = { job: 'warps', container, reason: 'label' } as const;
    const route: Step = { do: 'set-routing', ...base, routes, routing: noRouting, changes: [] };
    const make: Step = { do: 'create-network', job: 'networks', spec: { name: 'net' }, reason: 'not there' };
    const results = [route, make].map(step => ({ step, outcome: 'done' as const }));
    const findings: Finding[] = [{ find: 'caveat', job: 'warps', container: 'worker', reason: 'names' }];
    expect(loopEventJson(pass({ report: { results, findings } }), at)).to.deep.include({
      steps: [
        { do: 'set-routing', job: 'warps', container, routes, reason: 'label', outcome: 'done' },
        {
          do: 'create-network',
          job: 'networks',
          network: { name: 'net' },
          reason: 'not there',
          outcome: 'done',
        },
      ],
      findings: [],
    });
  });

  it('has errors as an error document has them', () => {
    const error = new FairleadError('It is away.', { code: 'unreachable', exit: 4, hints: ['Start it.'] });
    expect(loopEventJson({ kind: 'lost', error, retryInMs: 99.6 }, at)).to.deep.include({
      event: 'lost',
      retryInMs: 100,
      error: { code: 'unreachable', message: 'It is away.', hints: ['Start it.'] },
    });
    expect(loopEventJson({ kind: 'lost', error: 'odd', retryInMs: 1 }, at)).to.deep.include({
      error: { code: 'unexpected', message: 'odd', hints: [] },
    });
  });

  it('has times from now on, for the clock of the loop means nothing to others', () => {
    expect(loopEventJson(failing('No.', 3), at)).to.deep.include({
      attempts: 3,
      failingForMs: 10_000,
      retryInMs: 0,
    });
    const state = { is: 'open', probeAt: 40_000 } as const;
    expect(loopEventJson({ kind: 'breaker', state }, at)).to.deep.include({
      state: 'open',
      retryInMs: 30_000,
    });
  });

  it('is nothing for a mere sign of life', () => {
    expect(loopEventJson({ kind: 'alive' }, at)).to.equal(undefined);
  });
});
