import { ExitCode } from '../../model/errors.js';
import {
  type Family,
  type PolicyRoute,
  type PolicyRule,
  type RoutingChange,
  routeProtocol,
} from '../../model/routing.js';
import { parseAddress } from '../../net/address.js';
import { parsePrefix } from '../../net/prefix.js';
import { KernelError } from '../kernel-error.js';
import { isOwnTable } from './own-tables.js';
import { numberOf } from './rule-protocol.js';

export type RuleChange = Extract<RoutingChange, { readonly change: 'add-rule' | 'delete-rule' }>;
export type RouteChange = Extract<RoutingChange, { readonly change: 'set-route' | 'delete-route' }>;

const most32 = 0xffff_ffff;
/** As the kernel's own names; what else it allows is not worth the risk. */
const device = /^[a-zA-Z0-9_.][a-zA-Z0-9_.-]{0,14}$/;
/** Our number first: without it a line would touch what is not ours. */
const ours = ['protocol', String(routeProtocol)];

export function familyOf(change: RuleChange | RouteChange): Family {
  return 'rule' in change ? change.rule.family : change.route.family;
}

/**
 * One line of `ip -batch`. Whatever the values went through before, here they are read and written anew: a line break in
 * one of them would be a command of its own (kernel facts 11).
 */
export function formatChange(change: RuleChange | RouteChange): string {
  switch (change.change) {
    case 'add-rule':
      if (change.rule.unknown) throw refused('a rule that was not understood cannot be added');
      return ['rule', 'add', ...ruleWords(change.rule)].join(' ');
    case 'delete-rule':
      return ['rule', 'delete', ...ruleWords(change.rule)].join(' ');
    case 'set-route':
      return ['route', 'replace', ...routeWords(change.route)].join(' ');
    case 'delete-route':
      return ['route', 'delete', ...routeWords(change.route)].join(' ');
  }
}

function ruleWords(rule: PolicyRule): string[] {
  const { family, priority, to, protocol, ports, mark, table, suppressPrefixLength } = rule;
  return [
    ...ours,
    // Never 0, where the kernel keeps the rule for its local table.
    ...['priority', within('priority', priority, 1, 32_765)],
    ...(to === undefined ? [] : ['to', prefix(family, to)]),
    ...(protocol === undefined ? [] : ['ipproto', String(numberOf(family, protocol))]),
    ...(ports === undefined ? [] : ['dport', `${port(ports.first)}-${port(ports.last)}`]),
    ...(mark === undefined ? [] : ['fwmark', `${bits(mark.value)}/${bits(mark.mask)}`]),
    // One that leads to no table was not written by us, but has our number: it is found without it.
    ...(rule.unknown && table === 0 ? [] : ['table', within('table', table, 1, most32)]),
    ...(suppressPrefixLength === undefined
      ? []
      : ['suppress_prefixlength', within('prefix length', suppressPrefixLength, 0, 128)]),
  ];
}

function routeWords(route: PolicyRoute): string[] {
  if (!isOwnTable(route.table)) throw refused(`${String(route.table)} is no table of ours`);
  const place = ['table', String(route.table), 'metric', within('metric', route.metric, 1, most32)];
  if (route.type === 'unreachable') return ['unreachable', 'default', ...ours, ...place];
  if (!device.test(route.device)) throw refused(`"${route.device}" is no device name`);
  return ['default', ...ours, 'via', address(route.family, route.gateway), 'dev', route.device, ...place];
}

function prefix(family: Family, text: string): string {
  const reading = parsePrefix(text);
  if (!reading.ok || reading.prefix.family !== versionOf(family))
    throw refused(`"${text}" is no ${family} network`);
  return reading.prefix.text;
}

function address(family: Family, text: string): string {
  const reading = parseAddress(text);
  if (!reading.ok || reading.address.family !== versionOf(family))
    throw refused(`"${text}" is no ${family} address`);
  return reading.address.text;
}

function versionOf(family: Family): 4 | 6 {
  return family === 'ipv4' ? 4 : 6;
}

function port(number: number): string {
  return within('port', number, 1, 65_535);
}

function bits(number: number): string {
  within('mark', number, 0, most32);
  return `0x${number.toString(16)}`;
}

function within(what: string, number: number, least: number, most: number): string {
  if (!Number.isInteger(number) || number < least || number > most) {
    throw refused(`${String(number)} is no ${what}`);
  }
  return String(number);
}

function refused(why: string): KernelError {
  return new KernelError('refused', `Will not change routing: ${why}.`, { exit: ExitCode.failed });
}
