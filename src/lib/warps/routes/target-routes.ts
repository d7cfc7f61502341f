import { type Container, lastReadOf } from '../../model/container.js';
import { findNamed } from '../../model/lookup.js';
import { escapeLine } from '../../model/escape.js';
import type { Finding } from '../../model/plan.js';
import { select } from '../../model/selector.js';
import type { DeclaredRoute, RouteTerms, WarpDeclaration } from './declaration.js';
import type { RouteOrigin } from './route.js';

/** A route that is declared for one container. */
export interface TargetRoute extends RouteTerms {
  readonly container: Container;
  readonly origin: RouteOrigin;
  readonly via: string;
  /** The network that is asked for. */
  readonly network?: string;
  /** The label by which its warp may say which network to use. */
  readonly networkLabel: string;
  /** Where it is declared, for the person who reads the plan. */
  readonly says: string;
}

/** All that is declared for one container, and why some of it cannot be read. */
export interface TargetRoutes {
  readonly targetRoutes: readonly TargetRoute[];
  /** Routes that may mean the container: the environment that tells was never read. */
  readonly possible: readonly TargetRoute[];
  readonly faults: readonly Pick<Finding, 'reason' | 'hints'>[];
}

/** What the engine takes as a container's or network's name. */
const properName = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

interface Reading {
  readonly targetRoute?: TargetRoute;
  readonly possible?: TargetRoute;
  readonly fault?: TargetRoutes['faults'][number];
}

/** Labels are written by strangers: what is no name is refused here and goes nowhere. */
function byLabel(container: Container, { labels }: WarpDeclaration): Reading {
  const via = container.labels[labels.target];
  if (via === undefined) return {};
  const network = container.labels[labels.network];
  for (const [label, value, kind] of [
    [labels.target, via, 'container'],
    [labels.network, network ?? 'none', 'network'],
  ] as const) {
    if (properName.test(value)) continue;
    const fault = {
      reason: `label ${label}=${escapeLine(value, 60)} names no ${kind}`,
      hints: [`Its value is the name of a ${kind}: letters, digits, and _ . - within.`],
    };
    return { fault };
  }
  const { rules, bypass, nat } = labels;
  const says = `label ${labels.target}=${via}`;
  const preference = { networkLabel: labels.network, ...(network !== undefined && { network }) };
  return { targetRoute: { container, origin: 'label', via, ...preference, rules, bypass, nat, says } };
}

function byRoute(container: Container, route: DeclaredRoute, { labels }: WarpDeclaration): Reading {
  const { target, origin, via, rules, bypass, nat } = route;
  const label = container.labels[labels.network];
  const network = route.network ?? (label !== undefined && properName.test(label) ? label : undefined);
  const preference = { networkLabel: labels.network, ...(network !== undefined && { network }) };
  const terms = { container, origin, via, ...preference, rules, bypass, nat };
  let { says } = route;
  if ('named' in target) {
    if (findNamed([container], target.named).length === 0) return {};
  } else {
    // The environment of a container never changes: what was read once is known while it cannot be read.
    const match = select(target.select, container, lastReadOf(container)?.environment);
    if (match === 'no') return {};
    if (match === 'unreadable') {
      if (container.reading.read !== 'unreadable') return {};
      const reason = `could not tell whether ${says} means it: ${container.reading.why}`;
      return { fault: { reason }, possible: { ...terms, says } };
    }
    says = `${says} (${match.matched})`;
  }
  return { targetRoute: { ...terms, says } };
}

/** What labels, the config and the command line declare for one container. */
export function targetRoutesFor(container: Container, declaration: WarpDeclaration): TargetRoutes {
  const readings = [
    byLabel(container, declaration),
    ...declaration.routes.map(route => byRoute(container, route, declaration)),
  ];
  return {
    targetRoutes: readings.flatMap(({ targetRoute }) => targetRoute ?? []),
    possible: readings.flatMap(({ possible }) => possible ?? []),
    faults: readings.flatMap(({ fault }) => fault ?? []),
  };
}

/** Whether telling if a route means this container takes its environment. */
export function needsEnvironment(container: Container, { routes }: WarpDeclaration): boolean {
  return routes.some(
    ({ target }) =>
      'select' in target &&
      target.select.env !== undefined &&
      select(target.select, { ...container, reading: { read: 'not-asked' } }) === 'unreadable',
  );
}
