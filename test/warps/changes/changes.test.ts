import { expect } from 'chai';
import { noRouting, type PolicyRule, type RoutingState } from '../../../src/lib/model/routing.js';
import { routingChanges } from '../../../src/lib/warps/changes/changes.js';
import { type RoutingOptions, routingFor } from '../../../src/lib/warps/policy/policy.js';
import { tableOf } from '../../../src/lib/warps/policy/tables.js';
import { applyChanges } from '../../support/kernel-routing.js';
import { links, route, type RouteSketch } from '../../support/routes.js';
import { changeText } from '../../support/routing-text.js';

const a = String(tableOf('warp-a', 'label'));
const b = String(tableOf('warp-b', 'label'));

function wanted(sketch: RouteSketch = {}, options: Partial<RoutingOptions> = {}): RoutingState {
  const reading = routingFor({ routes: [route(sketch)] }, { links }, { base: 10_000, ...options });
  return reading.ok ? reading.routing : expect.fail(reading.why);
}

function changes(from: RoutingState, to: RoutingState): string[] {
  return routingChanges(from, to).map(changeText);
}

const ten = { rules: ['10.0.0.0/8'] };

describe('changes of routing', () => {
  it('are none where all is as wanted', () => {
    expect(changes(wanted(), wanted())).to.deep.equal([]);
    expect(changes(noRouting, noRouting)).to.deep.equal([]);
  });

  it('begin with what blocks, and end with the way', () => {
    const options = { replies: { gatewayMacs: ['02:42:ac:1e:00:02'] } };
    expect(changes(noRouting, wanted({ ...ten, bypass: ['10.9.0.0/16'] }, options))).to.deep.equal([
      `+ v4 table ${a}: unreachable`,
      `+ v6 table ${a}: unreachable`,
      '+ v4 10000: mark d6000000/ff000000 → main',
      '+ v4 10001: all → main but /0',
      '+ v4 10010: 10.9.0.0/16 → main',
      `+ v4 10110: 10.0.0.0/8 → ${a}`,
      '+ v6 10000: mark d6000000/ff000000 → main',
      '+ v6 10001: all → main but /0',
      'replies by 02:42:ac:1e:00:02',
      `+ v4 table ${a}: via 172.30.0.2 dev eth1 metric 2`,
    ]);
  });

  it('remove in the opposite order, and the mark of presence last', () => {
    const from = wanted(
      { ...ten, bypass: ['10.9.0.0/16'] },
      { replies: { gatewayMacs: ['02:42:ac:1e:00:02'] } },
    );
    expect(changes(from, noRouting)).to.deep.equal([
      `- v4 table ${a}: via 172.30.0.2 dev eth1 metric 2`,
      `- v4 10110: 10.0.0.0/8 → ${a}`,
      '- v4 10010: 10.9.0.0/16 → main',
      '- v4 10001: all → main but /0',
      '- v4 10000: mark d6000000/ff000000 → main',
      '- v6 10001: all → main but /0',
      '- v6 10000: mark d6000000/ff000000 → main',
      'no replies',
      `- v6 table ${a}: unreachable`,
      `- v4 table ${a}: unreachable`,
    ]);
  });

  it('close the way to a warp that is gone, and nothing else', () => {
    expect(changes(wanted(), wanted({ passage: null }))).to.deep.equal([
      `- v4 table ${a}: via 172.30.0.2 dev eth1 metric 2`,
    ]);
  });

  for (const [what, sketch, way] of [
    ['recreated', { id: '000002' }, 'via 172.30.0.2 dev eth1 metric 3'],
    ['at another address', { passage: { ipv4: '172.30.0.5' } }, 'via 172.30.0.5 dev eth1 metric 2'],
  ] as const)
    it(`close the way to a warp that is ${what} before they open the new one`, () => {
      expect(changes(wanted(), wanted(sketch))).to.deep.equal([
        `- v4 table ${a}: via 172.30.0.2 dev eth1 metric 2`,
        `+ v4 table ${a}: ${way}`,
      ]);
    });

  it('lead from one warp to another with rules for both in between', () => {
    expect(changes(wanted(ten), wanted({ ...ten, via: 'warp-b', id: '000009' }))).to.deep.equal([
      `- v4 table ${a}: via 172.30.0.2 dev eth1 metric 2`,
      `+ v4 table ${b}: unreachable`,
      `+ v6 table ${b}: unreachable`,
      `+ v4 10110: 10.0.0.0/8 → ${b}`,
      `- v4 10110: 10.0.0.0/8 → ${a}`,
      `- v6 table ${a}: unreachable`,
      `- v4 table ${a}: unreachable`,
      `+ v4 table ${b}: via 172.30.0.2 dev eth1 metric 10`,
    ]);
  });

  it('move rules down before they place one in front', () => {
    expect(changes(wanted(ten), wanted({ rules: ['10.1.0.0/16', '10.0.0.0/8'] }))).to.deep.equal([
      `+ v4 10110: 10.1.0.0/16 → ${a}`,
      `+ v4 10111: 10.0.0.0/8 → ${a}`,
      `- v4 10110: 10.0.0.0/8 → ${a}`,
    ]);
  });

  it('set the marking of replies anew where the bridge has another MAC address', () => {
    const macs = (...gatewayMacs: readonly string[]): RoutingState =>
      wanted(ten, { replies: { gatewayMacs } });
    expect(
      routingChanges(macs('02:42:ac:1e:00:02'), macs('02:42:00:00:00:01')).map(changeText),
    ).to.deep.equal(['replies by 02:42:00:00:00:01']);
  });

  it('block before they close a way that nothing stands behind', () => {
    const from = wanted(ten);
    const bare = { ...from, routes: from.routes.filter(({ type }) => type === 'via') };
    expect(changes(bare, wanted({ ...ten, passage: null })).slice(0, 2)).to.deep.equal([
      `+ v4 table ${a}: unreachable`,
      `- v4 table ${a}: via 172.30.0.2 dev eth1 metric 2`,
    ]);
  });
});

describe('changes of rules that the kernel takes for one another', () => {
  const spare = '21499999';
  const blocked = (...inBetween: string[]): string[] => [
    `+ v4 table ${spare}: unreachable`,
    `+ v4 10109: all → ${spare}`,
    ...inBetween,
    `- v4 10109: all → ${spare}`,
    `- v4 table ${spare}: unreachable`,
  ];

  it('hold everything back while a rule to everything takes the place of one to a prefix', () => {
    const to = wanted({ rules: ['0.0.0.0/0', '2001:db8::/32'] });
    const from = wanted({ rules: ['10.0.0.0/8', '2001:db8::/32'] });
    expect(changes(from, to)).to.deep.equal(
      blocked(`- v4 10110: 10.0.0.0/8 → ${a}`, `+ v4 10110: all → ${a}`),
    );
  });

  it('need no such thing the other way round', () => {
    const to = wanted({ rules: ['10.0.0.0/8', '2001:db8::/32'] });
    const from = wanted({ rules: ['0.0.0.0/0', '2001:db8::/32'] });
    expect(changes(from, to)).to.deep.equal([`+ v4 10110: 10.0.0.0/8 → ${a}`, `- v4 10110: all → ${a}`]);
  });

  const to = wanted(ten);
  const stranger: PolicyRule = {
    family: 'ipv4',
    priority: 10_110,
    to: '10.0.0.0/8',
    table: Number(a),
    unknown: true,
  };
  const withStranger = (where: 'before' | 'behind'): RoutingState => {
    const rules = to.rules.flatMap(rule => {
      if (rule.priority !== 10_110) return [rule];
      return where === 'before' ? [stranger, rule] : [rule, stranger];
    });
    return { ...to, rules };
  };

  it('delete a rule that is not understood alone where it is the first of its priority', () => {
    expect(changes(withStranger('before'), to)).to.deep.equal([`- v4 10110: 10.0.0.0/8 → ${a} (unknown)`]);
  });

  it('put back the wanted rule that stands before one that is not understood', () => {
    const from = withStranger('behind');
    expect(changes(from, to)).to.deep.equal(
      blocked(
        `- v4 10110: 10.0.0.0/8 → ${a}`,
        `- v4 10110: 10.0.0.0/8 → ${a} (unknown)`,
        `+ v4 10110: 10.0.0.0/8 → ${a}`,
      ),
    );
    expect(changes(applyChanges(from, routingChanges(from, to)), to)).to.deep.equal([]);
  });
});
