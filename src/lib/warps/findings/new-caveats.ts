import type { Finding } from '../../model/plan.js';
import { mainTable } from '../../model/routing.js';
import type { Step } from '../../model/step.js';
import type { RoutedTarget } from '../routes/route.js';
import { warpMetric } from '../policy/warp-metric.js';

/**
 * Names of the containers that steps change in such a way that what is to be known of them is news: targets of which
 * more is routed than before, and warps that a way is opened to or that NAT is set up in.
 */
export function affectedBy(steps: readonly Step[], routed: readonly RoutedTarget[]): ReadonlySet<string> {
  const affected = new Set<string>();
  const routes = routed.flatMap(target => target.routes);
  const addWarp = (isMeant: (id: string) => boolean): void => {
    for (const { warp } of routes) if (isMeant(warp.id)) affected.add(warp.name);
  };
  for (const step of steps) {
    if (step.do === 'set-nat') addWarp(id => id === step.container.id);
    if (step.do !== 'set-routing') continue;
    for (const change of step.changes) {
      if (change.change === 'add-rule' && change.rule.table !== mainTable) affected.add(step.container.name);
      if (change.change !== 'set-route' || change.route.type !== 'via') continue;
      const { metric } = change.route;
      addWarp(id => id !== '' && warpMetric(id) === metric);
    }
  }
  return affected;
}

/** Caveats that a step brings, told before it is taken; of what stays as it is they are none but caveats. */
export function warnOfNewCaveats(findings: readonly Finding[], affected: ReadonlySet<string>): Finding[] {
  return findings.map(finding =>
    finding.find === 'caveat' && finding.container !== undefined && affected.has(finding.container)
      ? { ...finding, find: 'warning' }
      : finding,
  );
}
