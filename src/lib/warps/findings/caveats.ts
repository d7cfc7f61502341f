import { escapeText } from '../../model/escape.js';
import { namespaceState } from '../../model/kernel-view.js';
import type { Network } from '../../model/network.js';
import type { Finding } from '../../model/plan.js';
import type { World } from '../../model/world.js';
import { dnsPath } from './dns-path.js';
import { isIpv6 } from '../policy/families.js';
import { gatewayMacs, takesConnections } from '../policy/replies.js';
import type { Route, RoutedTarget } from '../routes/route.js';
import { networksOf } from '../routes/shared-network.js';

export interface CaveatOptions {
  /** What lets traffic past the warp is refused instead of warned of. */
  readonly strict: boolean;
  /** Names of the networks that are guarded. */
  readonly guarded: ReadonlySet<string>;
}

/** Something that routing inside a namespace cannot promise. */
interface Caveat {
  readonly reason: string;
  readonly hints: readonly string[];
}

function isForEverything({ rules }: Route, family: 4 | 6): boolean {
  return rules.some(({ to, protocol }) => to.family === family && to.length === 0 && protocol === undefined);
}

/** Whether name lookups are among what is routed, whatever server they go to. */
function routesLookups({ rules }: Route): boolean {
  return rules.some(
    ({ to, protocol, ports }) =>
      to.length === 0 &&
      (protocol === undefined ||
        (protocol === 'udp' && (ports?.some(({ first, last }) => first <= 53 && last >= 53) ?? true))),
  );
}

function dnsLeak({ container, routes }: RoutedTarget, world: World): Caveat[] {
  if (container.reading.read !== 'details' || !routes.some(routesLookups)) return [];
  if (dnsPath(container, container.reading.details, world) !== 'host') return [];
  const { kind, version } = world.engine;
  const engine = kind === 'docker' ? `Engine ${version}` : `Podman ${version}`;
  return [
    {
      reason: `name lookups go past the warp: ${engine} sends them on from the host itself`,
      hints: [
        'Give it a name server of its own, one that is reached through the warp: --dns 9.9.9.9, or dns: in a Compose file.',
      ],
    },
  ];
}

/** Whether a packet that takes the network's own gateway gets anywhere. */
function leadsPast({ name, internal, driver }: Network, guarded: ReadonlySet<string>): boolean {
  return !internal && driver !== 'null' && !guarded.has(name);
}

/**
 * Engine fact E35: 6 to 9 packets a start at one a millisecond. The guard lets none of them out. What was routed by
 * hand is not routed again at all.
 */
function unguardedLeak(
  { container, routes }: RoutedTarget,
  world: World,
  guarded: ReadonlySet<string>,
): Caveat[] {
  const open = networksOf(container, world.networks).filter(network => leadsPast(network, guarded));
  if (open.length === 0) return [];
  const powers = container.reading.read === 'details' ? container.reading.details.powers : undefined;
  const means = powers?.netAdmin
    ? ', and with CAP_NET_ADMIN all routing can be removed at any time'
    : powers?.netRaw
      ? ', and with CAP_NET_RAW, which is there by default, any packet can'
      : '';
  const lasts = routes.some(({ origin }) => origin !== 'command');
  const when = lasts ? 'in the first milliseconds of a start' : 'once it is started anew';
  const names = open.map(({ name }) => escapeText(name)).join(', ');
  return [
    {
      reason: `what is sent ${when} goes past the warp${means}: ${names} is not guarded`,
      hints: [
        `Declare egress: warp for ${names}, and what goes past the warp is held back.`,
        ...(means === '' ? [] : ['Start it with --cap-drop ALL and what it needs.']),
      ],
    },
  ];
}

/** What is closed, not leaked: it says why something does not work. */
function closedIpv6({ container, routes }: RoutedTarget): Caveat[] {
  if (!container.endpoints.some(({ ipv6 }) => ipv6 !== undefined && isIpv6(ipv6))) return [];
  return routes
    .filter(route => route.passage && route.passage.ipv6 === undefined && isForEverything(route, 6))
    .map(({ warp, passage }) => ({
      reason: `what is sent by IPv6 is blocked: the warp ${escapeText(warp.name)} has no IPv6 address on ${escapeText(passage?.network.name ?? '')}`,
      hints: ['Enable IPv6 on that network; or let it by, past the warp: bypass: ["::/0"].'],
    }));
}

function droppedReplies({ container, routes }: RoutedTarget, world: World): Caveat[] {
  const state = namespaceState(world.kernel, container.id);
  if (!state || !takesConnections(container, world.networks)) return [];
  const { reversePathFilter, srcValidMark } = state.sysctls;
  if (reversePathFilter !== 1 || srcValidMark || !routes.some(route => isForEverything(route, 4))) return [];
  return [
    {
      reason: 'published ports take no connections from outside: the reverse path filter is strict',
      hints: ['Start it with --sysctl net.ipv4.conf.all.src_valid_mark=1, or with rp_filter 2 (loose).'],
    },
  ];
}

/** Whose answers nobody can tell from what the target sends by itself: they go through the warp, and are lost. */
function untoldReplies({ container, routes }: RoutedTarget, world: World): Caveat[] {
  const { networks, kernel } = world;
  const onBridge = networksOf(container, networks).some(({ driver }) => driver === 'bridge');
  if (!kernel?.host || !onBridge || !takesConnections(container, networks)) return [];
  if (gatewayMacs(container, world).length > 0 || !routes.some(route => isForEverything(route, 4))) return [];
  return [
    {
      reason:
        'published ports take no connections from outside: the bridge of the network is not to be seen from here',
      hints: [
        "Run Fairlead in the engine's own network namespace, in a container with --network host, and with iproute2.",
      ],
    },
  ];
}

/** The way of the first answer of a connection is looked up before it is marked, unless a switch says otherwise. */
function unansweredWhileBlocked({ container, routes }: RoutedTarget, world: World): Caveat[] {
  if (!namespaceState(world.kernel, container.id)?.sysctls.lacksMarkSwitch) return [];
  const isAllRouted = routes.some(route => isForEverything(route, 4) || isForEverything(route, 6));
  if (!isAllRouted || gatewayMacs(container, world).length === 0) return [];
  return [
    {
      reason: 'published TCP ports do not answer while the route is blocked: /proc/sys is read-only here',
      hints: ["Start Fairlead's own container with --security-opt systempaths=unconfined."],
    },
  ];
}

function leaksOf(target: RoutedTarget, world: World, { guarded }: CaveatOptions): Caveat[] {
  return [...dnsLeak(target, world), ...unguardedLeak(target, world, guarded)];
}

/**
 * What routing inside a namespace cannot promise for these targets. With `strict` whatever lets packets past the warp
 * is refused.
 */
export function caveats(targets: readonly RoutedTarget[], world: World, options: CaveatOptions): Finding[] {
  const about = (find: 'refused' | 'caveat', { container }: RoutedTarget, caveat: Caveat): Finding => ({
    find,
    job: 'warps',
    container: container.name,
    ...caveat,
  });
  return targets.flatMap(target => [
    ...leaksOf(target, world, options).map(leak =>
      about(options.strict ? 'refused' : 'caveat', target, leak),
    ),
    ...[
      ...closedIpv6(target),
      ...droppedReplies(target, world),
      ...untoldReplies(target, world),
      ...unansweredWhileBlocked(target, world),
    ].map(each => about('caveat', target, each)),
  ]);
}
