import type { Link } from '../../model/namespace.js';
import {
  type Family,
  type PolicyRoute,
  type PolicyRule,
  type RoutingState,
  replyMark,
  routeProtocol,
} from '../../model/routing.js';
import type { OpenNamespace } from '../open-namespace.js';
import type { RunTool, ToolResult } from '../tools.js';
import { type Fields, readBatchOutput } from './ip-output.js';
import { beaconTable } from './own-tables.js';
import { readLinks } from './read-links.js';
import { listReplies, readReplies, unreadable } from './read-replies.js';
import { readRoutes } from './read-routes.js';
import { readRules } from './read-rules.js';

/** How `ip` is asked: -N where it has it, so that nobody's /etc/iproute2 decides what our numbers are called. */
export interface IpDialect {
  readonly numeric: boolean;
}

export interface RoutingReading {
  readonly routing: RoutingState;
  readonly links: readonly Link[];
  /** Set where the kernel was started without IPv6. */
  readonly lacksIpv6?: true;
  /** Whether a route says that there is NAT of ours. */
  readonly hasBeacon: boolean;
}

const families: readonly Family[] = ['ipv4', 'ipv6'];
/** All tables at once: asked for one that was never used, ip prints half a JSON and fails (kernel facts 11). */
const commands = [
  'rule show',
  `route show table all protocol ${String(routeProtocol)}`,
  'addr show',
  'link show',
];

/**
 * What is ours in a namespace, and its interfaces: one process a family, for a batch has one, and without any it lists
 * IPv4's rules alone. A third one where replies are marked.
 */
export async function readRouting(
  run: RunTool,
  within: OpenNamespace,
  { numeric }: IpDialect,
  signal?: AbortSignal,
): Promise<RoutingReading> {
  const [v4, v6] = await Promise.all(
    families.map(async family => {
      const args = [...(numeric ? ['-N'] : []), family === 'ipv4' ? '-4' : '-6', '-d', '-j', '-batch', '-'];
      const input = `${commands.join('\n')}\n`;
      return answers(family, await run({ tool: 'ip', args, input, within }, signal));
    }),
  );
  const [rules4 = [], routes4 = [], addresses4 = [], links = []] = v4 ?? [];
  const [rules6 = [], routes6 = [], addresses6 = []] = v6 ?? [];
  const rules = [...readRules('ipv4', rules4), ...readRules('ipv6', rules6)];
  const routes = [...readRoutes('ipv4', routes4), ...readRoutes('ipv6', routes6)];
  const replies = mayMarkReplies(rules, routes) ? await listReplies(run, within, signal) : undefined;
  return {
    routing: { rules, routes, ...(replies !== undefined && { replies: readReplies(replies) }) },
    ...(v6?.length === 0 && { lacksIpv6: true }),
    links: readLinks(links, [...addresses4, ...addresses6]),
    hasBeacon: routes4.some(({ table }) => Number(table) === beaconTable),
  };
}

function answers(family: Family, result: ToolResult): readonly (readonly Fields[])[] {
  const { exitCode, stdout, stderr } = result;
  // A kernel that was started without IPv6 has nothing of ours in it.
  if (exitCode !== 0 && family === 'ipv6' && stderr.includes('not supported')) return [];
  if (exitCode !== 0) throw unreadable('its routing', result);
  return readBatchOutput(stdout, commands.length);
}

/**
 * Whether it is worth an nft to look for the table for what comes in: it comes after the rule for the mark and goes after
 * it, when all other rules are gone as well.
 */
function mayMarkReplies(rules: readonly PolicyRule[], routes: readonly PolicyRoute[]): boolean {
  return (
    rules.some(({ mark }) => mark?.value === replyMark.value) || (rules.length === 0 && routes.length > 0)
  );
}
