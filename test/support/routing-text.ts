import {
  backstopMetric,
  mainTable,
  type PolicyRoute,
  type PolicyRule,
  type ReplyMarking,
  type RoutingChange,
  type RoutingState,
} from '../../src/lib/model/routing.js';

/** A rule as `ip rule` prints it, but for the family in front. */
export function ruleText(rule: PolicyRule): string {
  const { family, priority, to = 'all', protocol, ports, mark, table, suppressPrefixLength, unknown } = rule;
  return [
    `${short(family)} ${String(priority)}: ${mark ? `mark ${mark.value.toString(16)}/${mark.mask.toString(16)}` : to}`,
    protocol,
    ports && `${String(ports.first)}-${String(ports.last)}`,
    `→ ${table === mainTable ? 'main' : String(table)}`,
    suppressPrefixLength !== undefined && `but /${String(suppressPrefixLength)}`,
    unknown && '(unknown)',
  ]
    .filter(part => typeof part === 'string')
    .join(' ');
}

export function routeText(route: PolicyRoute): string {
  const table = `${short(route.family)} table ${String(route.table)}`;
  if (route.type === 'via')
    return `${table}: via ${route.gateway} dev ${route.device} metric ${String(route.metric)}`;
  return `${table}: unreachable${route.metric === backstopMetric ? '' : ` metric ${String(route.metric)}`}`;
}

export function routingText({ rules, routes, replies }: RoutingState): string[] {
  return [...rules.map(ruleText), ...routes.map(routeText), ...(replies ? [repliesText(replies)] : [])];
}

function repliesText({ gatewayMacs, refusesRedirects }: ReplyMarking): string {
  return `replies by ${gatewayMacs.join(', ') || 'nobody'}${refusesRedirects ? ', no redirects' : ''}`;
}

export function changeText(change: RoutingChange): string {
  switch (change.change) {
    case 'set-replies':
      return repliesText(change.replies);
    case 'clear-replies':
      return 'no replies';
    case 'add-rule':
      return `+ ${ruleText(change.rule)}`;
    case 'delete-rule':
      return `- ${ruleText(change.rule)}`;
    case 'set-route':
      return `+ ${routeText(change.route)}`;
    case 'delete-route':
      return `- ${routeText(change.route)}`;
  }
}

function short(family: PolicyRule['family']): string {
  return family === 'ipv4' ? 'v4' : 'v6';
}
