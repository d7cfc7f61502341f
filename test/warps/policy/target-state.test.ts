import { expect } from 'chai';
import {
  backstopMetric,
  type PolicyRoute,
  type RoutingState,
  type ViaRoute,
} from '../../../src/lib/model/routing.js';
import { routingChanges } from '../../../src/lib/warps/changes/changes.js';
import { withoutRoutesTo } from '../../../src/lib/warps/policy/target-state.js';
import { warpMetric } from '../../../src/lib/warps/policy/warp-metric.js';
import { applyChanges } from '../../support/kernel-routing.js';
import { placed } from '../scenes.js';

const vpn = placed('vpn', { at: { net: '10.7.0.2' } });
const table = 21_400_001;
const end: PolicyRoute = { type: 'unreachable', family: 'ipv4', table, metric: backstopMetric };
const way = (metric: number, gateway: string): ViaRoute => ({
  type: 'via',
  family: 'ipv4',
  table,
  gateway,
  device: 'eth0',
  metric,
});
const open = way(warpMetric(vpn.id), '10.7.0.2');
const stale = way(warpMetric('f'.repeat(64)), '10.7.0.3');

/** What is in place once the ways that may not stay are closed. */
function left(routes: readonly PolicyRoute[], shut: readonly string[] = []): readonly PolicyRoute[] {
  const routing: RoutingState = { rules: [], routes };
  const wanted = withoutRoutesTo(routing, new Set(shut), [vpn]);
  return applyChanges(routing, routingChanges(routing, wanted)).routes;
}

describe('Of what is in place without some of its ways', () => {
  it('the others stay, and what ends the traffic of those', () => {
    expect(left([open, stale, end])).to.have.deep.members([open, end]);
    expect(left([open, end], [vpn.id])).to.deep.equal([end]);
    expect(left([open, end])).to.have.deep.members([open, end]);
  });

  it('all that is closed is ended somewhere, also where somebody has removed what ended it', () => {
    expect(left([stale])).to.deep.equal([end]);
    expect(left([open, stale])).to.have.deep.members([open, end]);
  });
});
