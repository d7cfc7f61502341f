import { escapeLine } from '../model/escape.js';
import type { GuardedNetwork } from '../model/guard.js';
import type { FieldDrift, Finding } from '../model/plan.js';
import type { NetworkSpec } from '../model/network.js';
import type { ContainerRef, RouteSummary, Step } from '../model/step.js';
import type { WarpNat } from '../model/warp-side.js';

/** A step in the words of the report: `+ connect  http-proxy → shop_default`. */
export interface StepWords {
  readonly sign: '+' | '-' | '~';
  readonly verb: string;
  readonly subject: string;
}

function describeSpec(spec: NetworkSpec): string {
  const subnets = (spec.ipam?.pools ?? []).flatMap(pool => pool.subnet ?? []);
  const facts = [
    ...(spec.driver === undefined || spec.driver === 'bridge' ? [] : [spec.driver]),
    ...subnets,
    ...(spec.internal ? ['internal'] : []),
  ];
  return facts.length === 0 ? '' : ` (${facts.join(', ')})`;
}

function describeRoutes({ name }: ContainerRef, routes: readonly RouteSummary[]): string {
  const ways = routes.map(({ via, network, open }) => {
    const over = network === undefined ? via : `${via} on ${network}`;
    return open ? over : `${over} (blocked)`;
  });
  return `${name} → ${[...new Set(ways)].join(', ')}`;
}

function describeNat({ name }: ContainerRef, { targets, tunnel }: WarpNat): string {
  const count = targets.length === 1 ? '1 address' : `${String(targets.length)} addresses`;
  return `in ${name} for ${count}${tunnel === undefined ? '' : `, out of ${tunnel} only`}`;
}

function describeGuard(guard: readonly GuardedNetwork[]): StepWords {
  if (guard.length === 0) return { sign: '-', verb: 'unguard', subject: 'all networks' };
  return {
    sign: '~',
    verb: 'guard',
    subject: escapeLine(guard.map(({ network }) => network.name).join(', ')),
  };
}

export function describeStep(step: Step): StepWords {
  switch (step.do) {
    case 'create-network':
      return {
        sign: '+',
        verb: 'create',
        subject: escapeLine(`${step.spec.name}${describeSpec(step.spec)}`),
      };
    case 'recreate-network': {
      const count = step.members.length;
      const members = count === 1 ? '1 member' : `${String(count)} members`;
      return { sign: '~', verb: 'recreate', subject: escapeLine(`${step.network.name} (${members})`) };
    }
    case 'remove-network':
      return { sign: '-', verb: 'remove', subject: escapeLine(step.network.name) };
    case 'connect':
      return {
        sign: '+',
        verb: 'connect',
        subject: escapeLine(`${step.container.name} → ${step.network.name}`),
      };
    case 'disconnect':
      return {
        sign: '-',
        verb: 'disconnect',
        subject: escapeLine(`${step.container.name} ← ${step.network.name}`),
      };
    case 'set-routing':
      return { sign: '~', verb: 'route', subject: escapeLine(describeRoutes(step.container, step.routes)) };
    case 'clear-routing':
      return { sign: '-', verb: 'unroute', subject: escapeLine(step.container.name) };
    case 'set-nat':
      return step.nat
        ? { sign: '~', verb: 'set up NAT', subject: escapeLine(describeNat(step.container, step.nat)) }
        : { sign: '-', verb: 'remove NAT', subject: escapeLine(step.container.name) };
    case 'set-guard':
      return describeGuard(step.guard);
  }
}

/** What a finding is about: a container, a network, or one on the other. */
export function subjectOf(finding: Finding): string {
  const subject =
    finding.container !== undefined && finding.network !== undefined
      ? `${finding.container} on ${finding.network}`
      : (finding.container ?? finding.network ?? '');
  return escapeLine(subject);
}

/** A declared field and what it is instead. */
export function fieldText({ field, declared, actual }: FieldDrift): string {
  return escapeLine(`${field}: declared ${declared}, is ${actual}`);
}
