import { Flags } from '@oclif/core';
import { UsageError } from '../../lib/model/errors.js';
import type { RouteRequest } from '../../lib/warps/routes/declaration.js';

const repeatable = { multiple: true, multipleNonGreedy: true } as const;

/** What a route of the command line is made of. */
export const routeFlags = {
  via: Flags.string({
    summary: 'The container to route through; without it the targets’ labels and the config say.',
    helpValue: 'WARP',
  }),
  network: Flags.string({ summary: 'The network to reach it on, where they share more than one.' }),
  to: Flags.string({
    ...repeatable,
    summary: 'What is routed: everything, unless given.',
    helpValue: '"CIDR [tcp|udp|icmp [PORTS]]"',
  }),
  bypass: Flags.string({
    ...repeatable,
    summary: 'A destination that is not routed, whatever --to says.',
    helpValue: 'CIDR',
  }),
  nat: Flags.boolean({
    summary: 'Set up forwarding and NAT in the warp where they are missing.',
  }),
};

interface RouteFlagValues {
  readonly via?: string | undefined;
  readonly network?: string | undefined;
  readonly to?: string[] | undefined;
  readonly bypass?: string[] | undefined;
  readonly nat?: boolean | undefined;
}

/** The route that is asked for; undefined where labels and config are to say. */
export function requestedRoute(
  targets: readonly string[],
  { via, network, to, bypass, nat }: RouteFlagValues,
): RouteRequest | undefined {
  if (via === undefined) {
    const given = Object.entries({ network, to, bypass, nat }).find(([, value]) => value !== undefined);
    if (given) throw new UsageError(`--${given[0]} belongs to a route: say through whom with --via.`);
    return undefined;
  }
  if (targets.length === 0) {
    throw new UsageError('--via needs the containers to route.', [
      `Name them: fairlead warp route TARGET --via ${via}`,
    ]);
  }
  return {
    targets,
    via,
    ...(network !== undefined && { network }),
    ...(to && { rules: to }),
    ...(bypass && { bypass }),
    ...(nat !== undefined && { nat }),
  };
}
