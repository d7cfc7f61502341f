import { type Container, endpointOn, isAlive } from '../../model/container.js';
import { escapeText } from '../../model/escape.js';
import type { GuardedNetwork } from '../../model/guard.js';
import type { Network } from '../../model/network.js';
import type { Finding } from '../../model/plan.js';
import type { World } from '../../model/world.js';
import { isIpv6 } from '../policy/families.js';

interface Around {
  readonly warps: readonly Container[];
  readonly isTarget: (container: Container) => boolean;
  /** Names of all guarded networks. */
  readonly guarded: ReadonlySet<string>;
  readonly world: World;
}

const mostNames = 5;

function namesOf(containers: readonly Container[]): string {
  const names = containers.slice(0, mostNames).map(({ name }) => escapeText(name));
  const more = containers.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${String(more)} more` : names.join(', ');
}

/** Whether packets find a way out of a network other than through a container on it. */
function leadsOut({ driver, internal, configOnly }: Network): boolean {
  return !internal && !configOnly && driver !== 'null';
}

function hasOtherWayOut(container: Container, { guarded, world }: Around): boolean {
  return container.endpoints.some(
    ({ networkName }) =>
      !guarded.has(networkName) &&
      world.networks.some(network => network.name === networkName && leadsOut(network)),
  );
}

function whyHeldBack(warps: readonly Container[]): string {
  if (warps.length === 0) return 'no warp is on it';
  const asleep = warps.filter(warp => !isAlive(warp));
  return asleep.length === warps.length
    ? `${namesOf(asleep)} does not run`
    : `${namesOf(warps)} has no address on it yet`;
}

/** A warp that leaves by another network serves this one as well. */
function hasAddress(warp: Container, { name }: Network): boolean {
  const { ipv4, ipv6 } = endpointOn(warp, name) ?? {};
  return isAlive(warp) && (ipv4 ?? ipv6) !== undefined;
}

/** What to know of a guarded network: who is held back altogether, and whom the guard does not cover. */
export function guardCaveats(
  { warps: addresses }: Pick<GuardedNetwork, 'warps'>,
  network: Network,
  around: Around,
): Finding[] {
  const { warps, isTarget, world } = around;
  const members = world.containers.filter(
    container =>
      isAlive(container) &&
      endpointOn(container, network.name) !== undefined &&
      !warps.some(({ id }) => id === container.id),
  );
  if (members.length === 0) return [];
  const caveat = (reason: string, hints: readonly string[] = []): Finding => ({
    find: 'caveat',
    job: 'warps',
    network: network.name,
    reason,
    ...(hints.length > 0 && { hints }),
  });
  const elsewhere = members.filter(member => isTarget(member) && hasOtherWayOut(member, around));
  return [
    ...(addresses.length === 0 && !warps.some(warp => hasAddress(warp, network))
      ? [caveat(`${whyHeldBack(warps)}: everything that is sent out of it is held back`)]
      : network.enableIpv6 && addresses.length > 0 && !addresses.some(isIpv6)
        ? [caveat('no warp has an IPv6 address on it: what is sent out of it by IPv6 is held back')]
        : []),
    ...(elsewhere.length > 0
      ? [
          caveat(
            `not guarded on other networks they are on: ${namesOf(elsewhere)}; what they send there while they start is not held back`,
            ['Take them off those networks, or declare egress: warp for these as well.'],
          ),
        ]
      : []),
  ];
}
