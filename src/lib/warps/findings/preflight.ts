import { namespaceState } from '../../model/kernel-view.js';
import type { NamespaceState } from '../../model/namespace.js';
import type { Finding } from '../../model/plan.js';
import type { Family } from '../../model/routing.js';
import type { WarpSide } from '../../model/warp-side.js';
import type { World } from '../../model/world.js';
import type { Passage, Route, RoutedTarget } from '../routes/route.js';

type Lack = Omit<Finding, 'job' | 'find'>;

const label: Readonly<Record<Family, string>> = { ipv4: 'IPv4', ipv6: 'IPv6' };
const forwarding: Readonly<Record<Family, string>> = {
  ipv4: 'net.ipv4.ip_forward=1',
  ipv6: 'net.ipv6.conf.all.forwarding=1',
};
const natHint = 'Let Fairlead set it up: warp.nat: true, nat: true of the route, or --nat by hand.';

/** In which families something is sent through the warp. */
function familiesOf({ rules }: Route, { ipv4, ipv6, targetIpv4, targetIpv6 }: Passage): Family[] {
  const uses = (family: 4 | 6): boolean => rules.some(({ to }) => to.family === family);
  return [
    ...(ipv4 !== undefined && targetIpv4 !== undefined && uses(4) ? (['ipv4'] as const) : []),
    ...(ipv6 !== undefined && targetIpv6 !== undefined && uses(6) ? (['ipv6'] as const) : []),
  ];
}

function lacksFor(family: Family, name: string, { sysctls }: NamespaceState, side: WarpSide): Lack[] {
  const isForwarding = family === 'ipv4' ? sysctls.ipv4Forwarding : sysctls.ipv6Forwarding;
  const what = label[family];
  const lack = (reason: string, ...hints: string[]): Lack => ({ container: name, reason, hints });
  return [
    ...(isForwarding
      ? []
      : [
          lack(
            `forwards no ${what}: of what is sent through it, it keeps what it does not answer itself`,
            `Start it with --sysctl ${forwarding[family]}.`,
            natHint,
          ),
        ]),
    ...(side.masquerades.includes(family) || side.unreadLegacy?.includes(family)
      ? []
      : [
          lack(
            `rewrites no sources of ${what}: what it only forwards gets no answer`,
            `Masquerade in its image. ${natHint}`,
          ),
        ]),
    ...side.dropping
      .filter(chain => chain.family === family)
      .map(({ backend }) =>
        lack(
          `drops what it is to forward by ${what} unless a rule of its own accepts it (in its rules of ${backend})`,
          `Accept it in its image. ${natHint}`,
        ),
      ),
  ];
}

function tunnelLacks(name: string, { tunnels, clampsSegments }: WarpSide): Lack[] {
  const [tunnel] = tunnels;
  if (tunnel === undefined || clampsSegments) return [];
  return [
    {
      container: name,
      reason: `does not fit TCP segments to its tunnel ${tunnel}: pages may begin to load and then stall`,
      hints: [`Clamp the segment size in its image (TCPMSS --clamp-mss-to-pmtu). ${natHint}`],
    },
  ];
}

/**
 * A warp that sends out by the network it is asked on tells its targets of a shorter way: past itself. Where there is
 * nft they are not let hear it (`replyMarking`).
 */
function redirectLack(name: string, warpName: string, warp: NamespaceState, target: NamespaceState): Lack[] {
  const ways = warp.links.filter(link => link.name !== 'lo' && link.addresses.length > 0);
  const isHeeded = warp.sysctls.sendRedirects && target.sysctls.acceptRedirects;
  if (ways.length !== 1 || !isHeeded) return [];
  return [
    {
      container: name,
      reason: `redirects are heeded, and the warp ${warpName} sends them: what comes after one goes past it`,
      hints: [
        'Install nftables: with it Fairlead has the target drop them.',
        `Or start the target with --sysctl net.ipv4.conf.all.accept_redirects=0 --sysctl net.ipv4.conf.default.accept_redirects=0.`,
        `Or ${warpName} with --sysctl net.ipv4.conf.all.send_redirects=0 --sysctl net.ipv4.conf.default.send_redirects=0.`,
      ],
    },
  ];
}

/** Engine fact E36: the firewall of an internal network drops what is not for its own subnet, bridged packets too. */
function internalLack(name: string, { network }: Passage, world: World): Lack[] {
  if (!network.internal || !world.kernel?.host?.filtersBridged) return [];
  return [
    {
      container: name,
      network: network.name,
      reason:
        'the network is internal and this host filters bridged packets: what is for elsewhere is dropped on it',
      hints: [
        'Take a network that is not internal, and guard it: egress: warp.',
        'Or let bridged packets be: sysctl net.bridge.bridge-nf-call-iptables=0 (for all of this host).',
      ],
    },
  ];
}

/** What it drops of what it is to forward, and whether it masquerades, may stand in rules that nobody could read. */
function unreadLacks(name: string, families: readonly Family[], { unreadLegacy = [] }: WarpSide): Lack[] {
  return families
    .filter(family => unreadLegacy.includes(family))
    .map(family => ({
      container: name,
      reason: `has rules of iptables-legacy for ${label[family]} that could not be read: they may drop what it is to forward`,
      hints: ['Install iptables on this host, of the kind that has iptables-legacy.'],
    }));
}

/** A warp that Fairlead sets up NAT in for others lacks nothing but that for this one. */
function natLack(name: string, route: Route, passage: Passage, side: WarpSide): Lack[] {
  const lacking = familiesOf(route, passage).filter(
    family => !side.masquerades.includes(family) || side.dropping.some(chain => chain.family === family),
  );
  if (lacking.length === 0) return [];
  const reason = `NAT is set up in the warp ${route.warp.name} for others, and not for this route: nothing comes back`;
  return [{ container: name, reason, hints: [natHint] }];
}

function lacksOf(
  { container }: RoutedTarget,
  route: Route,
  world: World,
  withNat: ReadonlySet<string>,
): Lack[] {
  const { passage, warp, nat } = route;
  if (!passage) return [];
  const near = namespaceState(world.kernel, container.id);
  const far = namespaceState(world.kernel, warp.id);
  const side = far?.warpSide;
  return [
    ...internalLack(container.name, passage, world),
    ...(far && side && !nat
      ? withNat.has(warp.id)
        ? natLack(container.name, route, passage, side)
        : [
            ...familiesOf(route, passage).flatMap(family => lacksFor(family, warp.name, far, side)),
            ...tunnelLacks(warp.name, side),
          ]
      : []),
    ...(side ? unreadLacks(warp.name, familiesOf(route, passage), side) : []),
    ...(near && far && world.kernel?.host?.lacksNft
      ? redirectLack(container.name, warp.name, far, near)
      : []),
  ];
}

/**
 * What is missing on the way through each warp, and how to mend it; each lack is said once. Of warps that Fairlead
 * sets up NAT in, given by ID, only what that leaves.
 */
export function preflight(
  targets: readonly RoutedTarget[],
  world: World,
  withNat: ReadonlySet<string> = new Set(),
): Finding[] {
  const lacks = targets.flatMap(target =>
    target.routes.flatMap(route => lacksOf(target, route, world, withNat)),
  );
  const distinct = new Map(lacks.map(lack => [JSON.stringify(lack), lack]));
  return [...distinct.values()].map(lack => ({ find: 'caveat', job: 'warps', ...lack }));
}
