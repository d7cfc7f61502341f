import { backstopMetric, routeProtocol } from '../../model/routing.js';
import type { OpenNamespace } from '../open-namespace.js';
import { beaconTable } from '../routing/own-tables.js';
import { toolRefused } from '../tool-refused.js';
import type { RunTool } from '../tools.js';

/** No rule leads to its table, so that it never decides about a packet. */
const beacon = [
  ...['unreachable', 'default', 'protocol', String(routeProtocol)],
  ...['table', String(beaconTable), 'metric', String(backstopMetric)],
];

/**
 * The kernel lists routing tables for whoever asks /proc, and firewall tables only to a program that is run in the
 * namespace. So what is set up in a warp begins with a route that says that there is something, and ends with taking
 * it away: what nobody declares any more is found by it, wherever a run was cut short.
 */
export async function placeBeacon(run: RunTool, within: OpenNamespace): Promise<void> {
  const result = await run({ tool: 'ip', args: ['-4', 'route', 'replace', ...beacon], within });
  if (result.exitCode !== 0) throw toolRefused('set up NAT in a container', 'ip', result);
}

export async function removeBeacon(run: RunTool, within: OpenNamespace): Promise<void> {
  const result = await run({ tool: 'ip', args: ['-4', 'route', 'delete', ...beacon], within });
  if (result.exitCode === 0 || result.stderr.includes('No such process')) return;
  throw toolRefused('remove NAT from a container', 'ip', result);
}
