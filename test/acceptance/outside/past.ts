import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import type { Family } from '../../../src/lib/model/routing.js';
import type { PrivateEngine } from '../../engine/private-engine.js';
import { waitUntil } from '../../engine/wait-until.js';
import { inNamespace, pidOf } from './namespace-state.js';

/** Packets for a destination that went out of a network, or several, by the host, and so past every warp. */
export interface Past {
  /** That a warp sent on there, before its way out was there or when it was gone; whether a guard held them back or not. */
  readonly byWarps: number;
  /** That their senders themselves did. */
  readonly tried: number;
  /** After everything of Fairlead's on the host. */
  readonly gone: number;
}

const counted = ['warps', 'tried', 'gone'] as const;

/**
 * Counts them from nothing on, on the engine's host. What has another MAC address than the sender's own, where that is
 * given by destination, was sent on by a warp.
 */
export async function countPast(
  engine: PrivateEngine,
  networks: string | readonly string[],
  destinations: readonly string[],
  macs: Readonly<Record<string, string>> = {},
): Promise<void> {
  const bridges = await Promise.all([networks].flat().map(network => bridgeOf(engine, network)));
  const counters = destinations.flatMap(to => counted.map(of => `counter ${nameOf(of, to)} { }`)).join('\n');
  const rule = (of: (typeof counted)[number], to: string, only = ''): string =>
    bridges
      .map(
        bridge =>
          `iifname "${bridge}" oifname != "${bridge}" ${only} ${goesTo(to)} counter name ${nameOf(of, to)}`,
      )
      .join('\n');
  const before = destinations.map(to => {
    const mac = macs[to];
    if (mac === undefined) return rule('tried', to);
    return `${rule('tried', to, `ether saddr ${mac}`)}\n${rule('warps', to, `ether saddr != ${mac}`)}`;
  });
  await engine.exec('nft', ['-f', '-'], {
    input: `
      add table inet past
      delete table inet past
      table inet past {
        ${counters}
        chain before {
          type filter hook forward priority -20
          ${before.join('\n')}
        }
        chain after {
          type filter hook forward priority 10
          ${destinations.map(to => rule('gone', to)).join('\n')}
        }
      }
    `,
  });
}

async function bridgeOf(engine: PrivateEngine, network: string): Promise<string> {
  const { Id } = await engine.api<{ Id: string }>('GET', `/networks/${network}`);
  return `br-${Id.slice(0, 12)}`;
}

function goesTo(destination: string): string {
  return `${isIPv6(destination) ? 'ip6' : 'ip'} daddr ${destination}`;
}

function nameOf(of: string, destination: string): string {
  return `${of}_${destination.replaceAll(/[.:]/g, '_')}`;
}

export async function pastOf(engine: PrivateEngine, destination: string): Promise<Past> {
  const listing = await engine.exec('nft', ['--json', 'list', 'counters', 'table', 'inet', 'past']);
  const packets = (of: (typeof counted)[number]): number => packetsOf(listing, nameOf(of, destination));
  return { byWarps: packets('warps'), tried: packets('tried'), gone: packets('gone') };
}

/** Counts what reaches a container of what is meant for a destination outside. */
export async function countReceived(
  engine: PrivateEngine,
  container: string,
  destination: string,
): Promise<() => Promise<number>> {
  const pid = await pidOf(engine, container);
  await inNamespace(
    engine,
    pid,
    'nft',
    ['-f', '-'],
    `add table inet received
    delete table inet received
    table inet received {
      counter arrived { }
      chain arrivals {
        type filter hook prerouting priority -300
        ip daddr ${destination} counter name arrived
      }
    }`,
  );
  return async () =>
    packetsOf(
      await inNamespace(engine, pid, 'nft', ['--json', 'list', 'counters', 'table', 'inet', 'received']),
      'arrived',
    );
}

interface Counters {
  readonly nftables: readonly { readonly counter?: { readonly name: string; readonly packets: number } }[];
}

function packetsOf(listing: string, name: string): number {
  const { nftables } = JSON.parse(listing) as Counters;
  const found = nftables.find(({ counter }) => counter?.name === name)?.counter;
  if (!found) throw new Error(`no counter ${name}`);
  return found.packets;
}

/** The gateway that a target's route has at present, declared or by hand; undefined while it is blocked, and before it is routed. */
export async function viaOf(
  engine: PrivateEngine,
  target: string,
  family: Family = 'ipv4',
): Promise<string | undefined> {
  const routes = await inNamespace(engine, await pidOf(engine, target), 'ip', [
    ...[family === 'ipv4' ? '-4' : '-6', 'route', 'show', 'table', 'all'],
  ]);
  return /^default via (\S+) .*table 21[45]\d{5} /m.exec(routes)?.[1];
}

/** Resolves when a sender has tried so many times more: it sleeps between any two. */
export async function triesAgain(engine: PrivateEngine, sender: string, times = 300): Promise<void> {
  const pid = await pidOf(engine, sender);
  const slept = async (): Promise<number> => {
    const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
    return Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)?.[1]);
  };
  const before = await slept();
  await waitUntil(`${sender} tries again`, async () => (await slept()) >= before + times);
}

/** A container's MAC address on a network, of its present run. */
export async function macOn(engine: PrivateEngine, container: string, network: string): Promise<string> {
  const { NetworkSettings } = await engine.api<{
    NetworkSettings: { Networks: Record<string, { MacAddress: string }> };
  }>('GET', `/containers/${container}/json`);
  return NetworkSettings.Networks[network]?.MacAddress ?? '';
}
