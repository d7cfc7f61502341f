import { declaredNetworks, networkNameFor } from '../../config/network-spec.js';
import { readRoutingRule, type RoutingRule } from '../../config/routing-rule.js';
import type { FairleadConfig, RouteDeclaration, RuleDeclaration } from '../../config/schema.js';
import { UsageError } from '../../model/errors.js';
import { escapeLine } from '../../model/escape.js';
import type { Selector } from '../../model/selector.js';
import { parsePrefix, type Prefix } from '../../net/prefix.js';

/** What is sent through a warp, and what is not. */
export interface RouteTerms {
  readonly rules: readonly RoutingRule[];
  /** Destinations that are not routed, whatever the rules say. */
  readonly bypass: readonly Prefix[];
  /** Set up forwarding and NAT in the warp where they are missing. */
  readonly nat: boolean;
}

/** Which containers a route is for: those a selector means, or one by its name or ID. */
export type TargetIdentity = { readonly select: Selector } | { readonly named: string };

/** A route of the config or of the command line; those of labels are found on the containers. */
export interface DeclaredRoute extends RouteTerms {
  readonly origin: 'config' | 'command';
  readonly target: TargetIdentity;
  /** The warp's name; on the command line its ID does as well. */
  readonly via: string;
  /** The network to reach it on, by the engine's name. */
  readonly network?: string;
  /** Where it is declared, for the person who reads the plan. */
  readonly says: string;
}

/** How containers declare by labels that they are targets. */
export interface LabelConventions extends RouteTerms {
  /** The label whose value is the warp's name. */
  readonly target: string;
  /** The label whose value is the network to reach it on. */
  readonly network: string;
}

/** Everything that is declared of warps. */
export interface WarpDeclaration {
  readonly labels: LabelConventions;
  readonly routes: readonly DeclaredRoute[];
  /** Names of containers that are warps though nobody is routed through them; absent: none. */
  readonly namePattern?: string;
  /** First priority of the rules placed in a target. */
  readonly base: number;
  /** Names of the networks that only warps may send out of. */
  readonly guarded: readonly string[];
  /** Refuse targets with leaks that cannot be closed. */
  readonly strict: boolean;
}

/** A route as it is asked for on the command line. What is left out is as for targets by label. */
export interface RouteRequest {
  readonly targets: readonly string[];
  readonly via: string;
  readonly network?: string;
  readonly rules?: readonly string[];
  readonly bypass?: readonly string[];
  readonly nat?: boolean;
}

/** What a config declares of warps. */
export function warpDeclaration(config: FairleadConfig): WarpDeclaration {
  const { warp } = config;
  const terms = {
    rules: readRules(warp.routing_rules),
    bypass: readPrefixes(warp.bypass),
    nat: warp.nat,
  };
  const pattern = warp.container_name_pattern;
  return {
    labels: { target: warp.target_label, network: warp.network_label, ...terms },
    routes: warp.routes.map((route, index) => configRoute(route, index, terms, config)),
    ...(pattern !== '' && { namePattern: pattern }),
    base: warp.priority_base,
    guarded: declaredNetworks(config)
      .filter(({ egress }) => egress === 'warp')
      .map(({ spec }) => spec.name),
    strict: warp.strict,
  };
}

/** The same with what is asked for on the command line beside it. Throws a UsageError for what cannot be read. */
export function withCommandRoutes(declaration: WarpDeclaration, request: RouteRequest): WarpDeclaration {
  const { labels } = declaration;
  const { via, network, nat = labels.nat } = request;
  const terms = {
    rules: request.rules ? readRules(request.rules) : labels.rules,
    bypass: request.bypass ? readPrefixes(request.bypass) : labels.bypass,
    nat,
  };
  const routes = request.targets.map((named): DeclaredRoute => ({
    origin: 'command',
    target: { named },
    via,
    ...(network !== undefined && { network }),
    ...terms,
    says: 'as asked',
  }));
  return { ...declaration, routes: [...declaration.routes, ...routes] };
}

function configRoute(
  route: RouteDeclaration,
  index: number,
  terms: RouteTerms,
  config: FairleadConfig,
): DeclaredRoute {
  const { network } = route;
  return {
    origin: 'config',
    target: { select: route.target },
    via: route.via,
    ...(network !== undefined && { network: networkNameFor(config, network) ?? network }),
    rules: route.rules ? readRules(route.rules) : terms.rules,
    bypass: route.bypass ? readPrefixes(route.bypass) : terms.bypass,
    nat: route.nat ?? terms.nat,
    says: `warp.routes[${String(index)}]`,
  };
}

/** A rule that cannot be read is never left out in silence: what it means would go past the warp. */
function readRules(declared: readonly RuleDeclaration[]): RoutingRule[] {
  return declared.map(declaration => {
    const reading = readRoutingRule(declaration);
    if (reading.ok) return reading.rule;
    const shown = typeof declaration === 'string' ? `"${escapeLine(declaration)}"` : 'A routing rule';
    throw new UsageError(`${shown} ${reading.why}.`, hintsFor(reading.allowed, reading.suggestion));
  });
}

function readPrefixes(declared: readonly string[]): Prefix[] {
  return declared.map(text => {
    const reading = parsePrefix(text);
    if (reading.ok) return reading.prefix;
    const allowed = 'a network in CIDR notation, such as "10.0.0.0/8"';
    throw new UsageError(`"${escapeLine(text)}" ${reading.why}.`, hintsFor(allowed, reading.suggestion));
  });
}

function hintsFor(allowed: string, suggestion: string | undefined): string[] {
  return [
    `Write ${allowed}.`,
    ...(suggestion === undefined ? [] : [`Did you mean ${escapeLine(suggestion)}?`]),
  ];
}
