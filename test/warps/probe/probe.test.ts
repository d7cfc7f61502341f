import { expect } from 'chai';
import { FairleadError, UsageError } from '../../../src/lib/model/errors.js';
import type { ProbeCounts, ProbeLane, ProbePackets } from '../../../src/lib/model/probe.js';
import { backstopMetric, mainTable, type PolicyRule, replyMark } from '../../../src/lib/model/routing.js';
import { probeLines } from '../../../src/lib/report/probe.js';
import { laneOf, warpOfTable } from '../../../src/lib/warps/probe/probe-lane.js';
import { readProbe } from '../../../src/lib/warps/probe/probe-packets.js';
import { type ProbePlan, planProbe } from '../../../src/lib/warps/probe/probe-plan.js';
import { judgeProbe, probeExit } from '../../../src/lib/warps/probe/probe-verdict.js';
import { tableOf } from '../../../src/lib/warps/policy/tables.js';
import { container, idOf, network, world } from '../../support/world.js';
import { declared } from '../scenes.js';

const packets = readProbe({ to: '198.18.0.9' });
const vpnTable = tableOf('vpn', 'config');

function rule(priority: number, rest: Partial<PolicyRule> = {}): PolicyRule {
  return { family: 'ipv4', priority, table: vpnTable, ...rest };
}

function lane(rules: readonly PolicyRule[], of: Partial<ProbePackets> = {}): ProbeLane {
  return laneOf({ rules, routes: [] }, { ...packets, ...of }, table => `warp of ${String(table)}`);
}

describe('what a probe sends', () => {
  it('has ports and a count of its own, other ones for TCP', () => {
    expect(packets).to.deep.equal({
      destination: '198.18.0.9',
      family: 'ipv4',
      protocol: 'udp',
      port: 33434,
      count: 100,
    });
    expect(readProbe({ to: '2001:DB8:0::1', tcp: true, count: 5 })).to.deep.equal({
      destination: '2001:db8::1',
      family: 'ipv6',
      protocol: 'tcp',
      port: 443,
      count: 5,
    });
  });

  for (const [to, why] of [
    ['127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['0.0.0.0', 'this host'],
    ['224.0.0.251', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'reserved'],
    ['169.254.169.254', 'link-local'],
    ['fe80::1', 'link-local'],
    ['10.0.0.0/8', 'prefix'],
    ['example.org', '--to: "example.org" is no IP address.'],
    ['\u001b[2J', 'no IP address'],
  ] as const) {
    it(`goes nowhere for ${JSON.stringify(to)}`, () => {
      expect(() => readProbe({ to })).to.throw(UsageError, why);
      expect(() => readProbe({ to })).not.to.throw('\u001b');
    });
  }
});

describe('the rule that decides about a probe', () => {
  const rules = [
    rule(10010, { to: '198.18.4.0/24', table: mainTable }),
    rule(10000, { mark: replyMark, table: mainTable }),
    rule(10001, { suppressPrefixLength: 0, table: mainTable }),
    rule(10112, {}),
    rule(10111, { protocol: 'tcp', ports: { first: 80, last: 443 }, table: 1 }),
    rule(10110, { to: '198.18.0.0/15', protocol: 'udp', ports: { first: 53, last: 53 }, table: 2 }),
    rule(10110, { family: 'ipv6', to: 'fd00::/8', table: 3 }),
  ];

  it('is the first that is about it', () => {
    expect(lane(rules)).to.deep.equal({
      lane: 'warp',
      rule: '0.0.0.0/0',
      warp: `warp of ${String(vpnTable)}`,
      open: false,
    });
    expect(lane(rules, { port: 53 })).to.deep.include({ warp: 'warp of 2', rule: '198.18.0.0/15 udp 53' });
    expect(lane(rules, { protocol: 'tcp', port: 443 })).to.deep.include({
      warp: 'warp of 1',
      rule: '0.0.0.0/0 tcp 80-443',
    });
    expect(lane(rules, { destination: '198.18.4.1', port: 53 })).to.deep.equal({
      lane: 'bypass',
      rule: '198.18.4.0/24',
    });
    expect(lane(rules, { family: 'ipv6', destination: 'fd00::1' })).to.deep.include({ warp: 'warp of 3' });
    expect(lane(rules, { family: 'ipv6', destination: '2001:db8::1' })).to.deep.equal({ lane: 'none' });
  });

  it('leads to a warp that can be reached where there is a way in its family', () => {
    const via = { type: 'via', table: vpnTable, gateway: '10.1.0.2', device: 'eth0', metric: 7 } as const;
    const end = { type: 'unreachable', family: 'ipv4', table: vpnTable, metric: backstopMetric } as const;
    const open = (family: 'ipv4' | 'ipv6'): ProbeLane =>
      laneOf({ rules: [rule(1)], routes: [{ ...via, family }, end] }, packets, () => 'vpn');
    expect(open('ipv4')).to.deep.include({ open: true });
    expect(open('ipv6')).to.deep.include({ open: false });
  });

  it('names the warp by its table’s number, by the way there, or not at all', () => {
    const vpn = container('vpn');
    const way = {
      type: 'via',
      family: 'ipv4',
      table: 21_400_001,
      gateway: '10.1.0.2',
      device: 'eth0',
      metric: 1 + Number.parseInt(vpn.id.slice(0, 6), 16),
    } as const;
    expect(warpOfTable(vpnTable, { rules: [], routes: [] }, ['vpn'], [])).to.equal('vpn');
    expect(warpOfTable(21_400_001, { rules: [], routes: [way] }, [], [vpn])).to.equal('vpn');
    expect(warpOfTable(21_400_001, { rules: [], routes: [] }, [], [vpn])).to.equal('table 21400001');
  });
});

describe('the plan of a probe', () => {
  const lan = network('lan', {
    ipam: { driver: 'default', options: {}, pools: [{ subnet: '10.1.0.0/24' }] },
  });
  const wire = network('wire', { driver: 'macvlan' });
  const worker = container('worker', { on: ['lan', 'wire'] });
  const vpn = container('vpn', {
    endpoints: [{ networkName: 'lan', networkId: lan.id, ipv4: '10.1.0.2', mac: '02:42:0a:01:00:02' }],
  });
  const around = world([lan, wire], [worker, vpn]);
  const declaration = declared({
    routes: [{ target: { names: ['worker'] }, via: 'vpn', network: 'lan' }],
  });
  const plan = (to: string, name = 'worker', where = around): ProbePlan =>
    planProbe(declaration, where, name, readProbe({ to }));

  it('looks in the warps that are declared, and at the host’s ends of the networks', () => {
    expect(plan('198.18.0.9')).to.deep.include({
      target: 'worker',
      owner: { id: worker.id, name: 'worker' },
      lane: { lane: 'none' },
      warps: [{ name: 'vpn', owner: { id: vpn.id, name: 'vpn' } }],
      warpMacs: ['02:42:0a:01:00:02'],
      bridges: [`br-${lan.id.slice(0, 12)}`],
    });
    expect(plan('198.18.0.9').notes.join()).to.include('What leaves by wire');
  });

  it('sends from the namespace that a container shares', () => {
    const guest = container('guest', { on: [], networkMode: { kind: 'container', of: worker.id } });
    expect(plan('198.18.0.9', 'guest', world([lan], [worker, vpn, guest]))).to.deep.include({
      target: 'guest',
      owner: { id: worker.id, name: 'worker' },
    });
  });

  it('refuses what would tell nothing', () => {
    const stopped = container('stopped', { state: 'exited' });
    const bare = container('bare', { networkMode: { kind: 'host' } });
    const orphan = container('orphan', { networkMode: { kind: 'container', of: idOf('nobody') } });
    const odd = world([lan], [stopped, bare, orphan]);
    const unread = {
      ...around,
      kernel: {
        holders: new Set<string>(),
        namespaces: new Map([[worker.id, { read: 'unreadable', why: 'no luck' } as const]]),
      },
    };
    expect(() => plan('10.1.0.77')).to.throw(FairleadError, '10.1.0.0/24 of lan');
    expect(() => plan('198.18.0.9', 'stopped', odd)).to.throw(FairleadError, 'does not run');
    expect(() => plan('198.18.0.9', 'bare', odd)).to.throw(FairleadError, 'host');
    expect(() => plan('198.18.0.9', 'orphan', odd)).to.throw(FairleadError, 'not there');
    expect(() => plan('198.18.0.9', 'nobody', odd)).to.throw(FairleadError, 'no container');
    expect(() => plan('198.18.0.9', 'worker', unread)).to.throw(FairleadError, 'no luck');
  });
});

describe('what a probe tells', () => {
  const toVpn: ProbeLane = { lane: 'warp', rule: '0.0.0.0/0', warp: 'vpn', open: true };
  const none: ProbeLane = { lane: 'none' };
  const bypass: ProbeLane = { lane: 'bypass', rule: '198.18.0.0/15' };

  function report(of: ProbeLane, counts: Partial<ProbeCounts>): ReturnType<typeof judgeProbe> {
    const plan: ProbePlan = {
      target: 'worker',
      owner: { id: idOf('worker'), name: 'worker' },
      packets,
      lane: of,
      warps: [],
      warpMacs: [],
      bridges: [],
      notes: [],
    };
    return judgeProbe(plan, { sent: 100, refused: {}, warps: [], past: 0, heldBack: 0, ...counts });
  }

  function vpn(reached: number, sentOn = reached): ProbeCounts['warps'] {
    return [{ warp: 'vpn', reached, sentOn }];
  }

  const closed = { sent: 0, refused: { EHOSTUNREACH: 100 } };
  for (const [what, of, counts, outcome, exit, line] of [
    ['all through', toVpn, { warps: vpn(100) }, 'through', 0, '100 sent, 100 through vpn, 0 past it'],
    ['through something else that is no rule of ours', none, { warps: vpn(100) }, 'through', 0, ''],
    [
      'none sent',
      toVpn,
      closed,
      'blocked',
      0,
      '0 sent, 0 through vpn, 0 past it, 100 refused (EHOSTUNREACH)',
    ],
    ['held back', none, { heldBack: 100 }, 'blocked', 0, '100 sent, 0 past any warp, 100 held back'],
    ['one past', toVpn, { warps: vpn(99), past: 1 }, 'past', 1, '100 sent, 99 through vpn, 1 past it'],
    ['one past, others held back', none, { heldBack: 99, past: 1 }, 'past', 1, ''],
    ['not routed', none, { past: 100 }, 'past', 1, '100 sent, 100 past any warp'],
    ['bypassed', bypass, { past: 100 }, 'bypassed', 0, '100 sent, 100 past any warp'],
    ['bypassed, and lost', bypass, { past: 90 }, 'lost', 1, '100 sent, 90 past any warp, 10 lost'],
    ['lost', toVpn, { warps: vpn(0) }, 'lost', 1, '100 sent, 0 through vpn, 0 past it, 100 lost'],
    ['another warp', toVpn, { warps: [{ warp: 'tor', reached: 100, sentOn: 0 }] }, 'astray', 1, ''],
    ['not sent', toVpn, { sent: 0, refused: { EMFILE: 100 } }, 'unsent', 1, ''],
    ['nothing at all', toVpn, { sent: 0 }, 'unsent', 1, ''],
  ] as const) {
    it(`is ${outcome} for ${what}`, () => {
      const told = report(of, counts);
      expect(told.outcome).to.equal(outcome);
      expect(probeExit(told)).to.equal(exit);
      expect(probeLines(told)[0]).to.include(`worker → 198.18.0.9:33434 udp: ${line}`);
    });
  }

  it('says which rule it was, and what the warp did with it', () => {
    expect(report(toVpn, { warps: vpn(100, 0) }).says).to.deep.equal([
      'Nothing came past the warp.',
      'The rule "0.0.0.0/0" sends it to vpn.',
      'vpn sent on 0 of 100: it answers itself, as proxies do, or lacks something: fairlead warp list.',
    ]);
    expect(report({ ...toVpn, open: false }, closed).says).to.deep.equal([
      'Blocked: nothing left.',
      'The rule "0.0.0.0/0" sends it to vpn, which cannot be reached at present.',
    ]);
    expect(report(bypass, { past: 100 }).says).to.include('It is bypassed: 198.18.0.0/15.');
  });

  it('is told without what moves a terminal', () => {
    const lines = probeLines(report({ ...toVpn, warp: '\u001b[31mvpn' }, closed));
    expect(lines.join('')).not.to.include('\u001b');
  });
});
