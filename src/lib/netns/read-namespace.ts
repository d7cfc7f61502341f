import type { ContainerProcess, NamespaceState, Sysctls } from '../model/namespace.js';
import type { RoutingState } from '../model/routing.js';
import { readExternalServers } from './external-servers.js';
import { interfacesIn } from './interfaces.js';
import type { NamespaceQuestion } from './kernel.js';
import type { OpenNamespace } from './open-namespace.js';
import { type IpDialect, readRouting } from './routing/read-routing.js';
import { acceptMarks, readSysctls } from './sysctls.js';
import type { RunTool } from './tools.js';
import { isUnwritable } from './unwritable.js';
import { readWarpSide } from './warp-side/read-warp-side.js';

export interface Reader {
  readonly run: RunTool;
  readonly dialect: IpDialect;
  readonly within: OpenNamespace;
  readonly process: ContainerProcess;
}

/** All that decisions need of a namespace: two processes for the routing and one for the switches, side by side. */
export async function readNamespace(
  { run, dialect, within, process }: Reader,
  { warpSide, resolverFile }: NamespaceQuestion,
  signal?: AbortSignal,
): Promise<NamespaceState> {
  const readSwitches = async (): Promise<Sysctls> => {
    const sysctls = await readSysctls(run, within, await interfacesIn(within, process), signal);
    const lacksMarkSwitch = !sysctls.acceptsMarks && (await isUnwritable(acceptMarks));
    return { ...sysctls, ...(lacksMarkSwitch && { lacksMarkSwitch }) };
  };
  const [{ routing, links, lacksIpv6, hasBeacon }, sysctls, externalServers] = await Promise.all([
    readRouting(run, within, dialect, signal),
    readSwitches(),
    resolverFile === undefined ? undefined : readExternalServers(resolverFile),
  ]);
  return {
    inode: within.inode,
    routing: asFarAsWhole(routing, sysctls),
    ...(lacksIpv6 && { lacksIpv6 }),
    links,
    sysctls,
    ...(externalServers && { externalServers }),
    ...(warpSide && { warpSide: await readWarpSide(run, within, { links, sysctls, hasBeacon }, signal) }),
  };
}

/**
 * The marks of replies take a switch of the namespace besides: somebody may have set it back. Where it cannot be set
 * from here, they are as whole as they can be.
 */
function asFarAsWhole(routing: RoutingState, { acceptsMarks, lacksMarkSwitch }: Sysctls): RoutingState {
  const { replies } = routing;
  if (!replies || replies.gatewayMacs.length === 0 || acceptsMarks || lacksMarkSwitch) return routing;
  return { ...routing, replies: { ...replies, altered: true } };
}
