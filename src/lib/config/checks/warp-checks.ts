import { containsPrefix, parsePrefix, type Prefix } from '../../net/prefix.js';
import { nearest } from '../nearest.js';
import { declaredNetworks, type DeclaredNetwork } from '../network-spec.js';
import { readRoutingRule, type RoutingRule } from '../routing-rule.js';
import type { FairleadConfig, RouteDeclaration, RuleDeclaration } from '../schema.js';
import { checkRouteClashes } from './route-clashes.js';
import { checkNamePattern, checkSelector } from './selector-checks.js';
import { type SpecProblem, specError, specWarning, suggesting } from '../spec-problem.js';
import { checkWarpCycles } from './warp-cycles.js';

type Path = SpecProblem['path'];

export function checkWarps(config: FairleadConfig): SpecProblem[] {
  const { warp } = config;
  const networks = declaredNetworks(config);
  const pattern = warp.container_name_pattern;
  return [
    ...(pattern === '' ? [] : checkNamePattern(pattern, ['warp', 'container_name_pattern'])),
    ...(warp.target_label === warp.network_label
      ? [specError(['warp', 'network_label'], 'target_label and network_label are the same label')]
      : []),
    ...checkRules(warp.routing_rules, ['warp', 'routing_rules']).problems,
    ...checkBypass(warp.bypass, ['warp', 'bypass']),
    ...warp.routes.flatMap((route, index) => checkRoute(route, ['warp', 'routes', index], networks)),
    ...checkWarpCycles(warp.routes),
    ...checkRouteClashes(warp),
  ];
}

function checkRoute(
  route: RouteDeclaration,
  path: Path,
  networks: readonly DeclaredNetwork[],
): SpecProblem[] {
  const { rules, problems } = checkRules(route.rules, [...path, 'rules']);
  return [
    ...checkSelector(route.target, [...path, 'target']),
    ...checkVia(route.via, [...path, 'via']),
    ...problems,
    ...checkBypass(route.bypass, [...path, 'bypass']),
    ...(route.network === undefined ? [] : checkNetwork(route.network, rules, path, networks)),
  ];
}

function checkVia(via: string, path: Path): SpecProblem[] {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(via)) return [];
  return [
    specError(path, `"${via}" is no container name`, { allowed: 'the name of one container, no pattern' }),
  ];
}

interface PlacedRule {
  readonly rule: RoutingRule;
  readonly path: Path;
}

function checkRules(
  declared: readonly RuleDeclaration[] | undefined,
  path: Path,
): { rules: PlacedRule[]; problems: SpecProblem[] } {
  const rules: PlacedRule[] = [];
  const problems: SpecProblem[] = [];
  if (declared?.length === 0)
    problems.push(specWarning(path, 'an empty list of rules routes nothing', { lacks: path }));
  for (const [index, declaration] of (declared ?? []).entries()) {
    const reading = readRoutingRule(declaration);
    const at = [...path, index];
    if (reading.ok) {
      rules.push({ rule: reading.rule, path: at });
      continue;
    }
    const shown = typeof declaration === 'string' ? `"${declaration}"` : 'the rule';
    const { why, allowed, suggestion } = reading;
    problems.push(specError(at, `${shown} ${why}`, { allowed, ...suggesting(suggestion) }));
  }
  return { rules, problems };
}

function checkBypass(declared: readonly string[] | undefined, path: Path): SpecProblem[] {
  return (declared ?? []).flatMap((text, index) => {
    const at = [...path, index];
    const reading = parsePrefix(text);
    if (!reading.ok) return [specError(at, `"${text}" ${reading.why}`, suggesting(reading.suggestion))];
    if (reading.prefix.length > 0) return [];
    return [specWarning(at, `${reading.prefix.text} is everything: nothing is routed any more`)];
  });
}

/** The network a route runs over, as far as the config says what it is. */
function checkNetwork(
  name: string,
  rules: readonly PlacedRule[],
  path: Path,
  networks: readonly DeclaredNetwork[],
): SpecProblem[] {
  const declared = networks.find(({ spec, path: at }) => spec.name === name || at.at(-1) === name);
  const at = [...path, 'network'];
  if (!declared) {
    const suggestion = nearest(
      name,
      networks.map(({ spec }) => spec.name),
    );
    return [
      specWarning(at, `the network "${name}" is declared nowhere in this file`, suggesting(suggestion)),
    ];
  }
  return [...checkTransit(declared, at), ...rules.flatMap(rule => checkLockout(rule, declared))];
}

/** Bridges on which packets from one container through another are dropped (engine facts E31, E36). */
function checkTransit({ spec, external }: DeclaredNetwork, path: Path): SpecProblem[] {
  if (external) return [];
  if (spec.internal)
    return [
      specWarning(path, `"${spec.name}" is internal: the engine's own firewall drops what passes through it`),
    ];
  if (spec.options?.['com.docker.network.bridge.enable_icc'] === 'false')
    return [specWarning(path, `"${spec.name}" has enable_icc off, so no packet reaches the warp container`)];
  return [];
}

/** A rule for the target's own subnet would cut it off from its neighbours, the warp among them. */
function checkLockout({ rule, path }: PlacedRule, { spec }: DeclaredNetwork): SpecProblem[] {
  const subnets = (spec.ipam?.pools ?? []).flatMap(({ subnet }): Prefix[] => {
    const reading = parsePrefix(subnet ?? '');
    return reading.ok ? [reading.prefix] : [];
  });
  const own = subnets.find(subnet => containsPrefix(subnet, rule.to));
  if (!own) return [];
  const message = `${rule.to.text} is inside ${own.text}, the subnet of "${spec.name}" that target and warp are on`;
  return [specError(path, message)];
}
