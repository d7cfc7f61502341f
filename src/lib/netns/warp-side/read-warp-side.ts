import type { Link, Sysctls } from '../../model/namespace.js';
import type { WarpNat, WarpSide } from '../../model/warp-side.js';
import { byFamily } from '../nft/expressions.js';
import { type NftTable, isSameTable } from '../nft/ruleset.js';
import type { OpenNamespace } from '../open-namespace.js';
import type { RunTool } from '../tools.js';
import { acceptChanges, nativeChanges } from './accepts.js';
import { natTable, readNatTable } from './nat-table.js';
import { rulesOfOthers } from './rules-of-others.js';
import { type Survey, survey } from './survey.js';

/** What was read of the namespace already. */
export interface WarpSurroundings {
  readonly links: readonly Link[];
  readonly hasBeacon: boolean;
  readonly sysctls: Pick<Sysctls, 'ipv4Forwarding' | 'ipv6Forwarding'>;
}

/** Kinds of devices by which programs of a VPN send; that of OpenVPN and most others is a tun. */
const tunnelKinds: ReadonlySet<string> = new Set(['tun', 'wireguard', 'amneziawg', 'ppp']);

function isWhole(
  own: NftTable,
  nat: WarpNat,
  seen: Survey,
  { sysctls, hasBeacon }: WarpSurroundings,
): boolean {
  const { dropping } = rulesOfOthers(seen);
  try {
    const among = byFamily(nat.targets);
    return (
      hasBeacon &&
      isSameTable(own, natTable(nat, readNatTable(own))) &&
      (among.ipv4.length === 0 || sysctls.ipv4Forwarding) &&
      (among.ipv6.length === 0 || sysctls.ipv6Forwarding) &&
      nativeChanges(seen.tables, nat).length === 0 &&
      seen.forward.every(chain => acceptChanges(chain, nat, dropping).length === 0)
    );
  } catch {
    // With sources that are no addresses it is none of ours.
    return false;
  }
}

/** What a warp does with the packets of others. Changes nothing, and makes no table by looking at it. */
export async function readWarpSide(
  run: RunTool,
  within: OpenNamespace,
  surroundings: WarpSurroundings,
  signal?: AbortSignal,
): Promise<WarpSide> {
  const seen = await survey(run, within, signal);
  const { own } = seen;
  const nat = own && readNatTable(own).nat;
  return {
    tunnels: surroundings.links
      .filter(({ kind }) => tunnelKinds.has(kind ?? ''))
      .map(({ name }) => name)
      .sort(),
    ...rulesOfOthers(seen),
    ...(seen.unread.length > 0 && { unreadLegacy: seen.unread }),
    ...(own && nat && isWhole(own, nat, seen, surroundings) && { nat }),
    ...(nat?.tunnel !== undefined && { knownTunnel: nat.tunnel }),
    hasOwn: own !== undefined || surroundings.hasBeacon,
  };
}
