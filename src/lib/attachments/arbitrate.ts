import { type Container, type Endpoint, endpointSettings } from '../model/container.js';
import { networkOfEndpoint } from '../model/membership.js';
import type { World } from '../model/world.js';
import { canonicalAddress } from '../net/address.js';
import { addressesOf } from './addresses.js';
import type { Joining } from './judge.js';
import { type Leaving, strandingLeave } from './leaving.js';

/** Who has an address on a network, or will ask for it at its next start. */
interface Holder {
  readonly container: Container;
  readonly networkId: string;
  readonly addresses: readonly string[];
}

/** What can be done together, once addresses are settled and nobody is stranded. */
export interface Settlement {
  readonly joins: readonly Joining[];
  readonly leaves: readonly Leaving[];
  /** Connections that cannot be, since somebody else has their address. */
  readonly taken: readonly { readonly joining: Joining; readonly reason: string }[];
  /** Leaves taken back: the last network of their container. */
  readonly stranding: readonly Leaving[];
  /** True for a connection that holds an address which another one needs: it has to go before. */
  readonly standsInTheWay: (container: Container, networkId: string) => boolean;
}

/** A static address of a stopped container is held as well: without it, it cannot start. */
function addressesHeld(container: Container, endpoint: Endpoint): string[] {
  const { ipv4, ipv6 } = endpointSettings(container, endpoint.networkName) ?? {};
  return [endpoint.ipv4, endpoint.ipv6, ipv4, ipv6].flatMap(address =>
    address === undefined ? [] : canonicalAddress(address),
  );
}

function holdersOn(networkIds: ReadonlySet<string>, world: World): Holder[] {
  return world.containers.flatMap(container =>
    container.endpoints.flatMap(endpoint => {
      const id = networkOfEndpoint(endpoint, world.networks)?.id;
      return id !== undefined && networkIds.has(id)
        ? [{ container, networkId: id, addresses: addressesHeld(container, endpoint) }]
        : [];
    }),
  );
}

/** Leaves that would leave a container on no network at all. A mend is no new network. */
function strandingAmong(leaves: readonly Leaving[], joins: readonly Joining[], world: World): Set<Leaving> {
  const groups = new Map<string, Leaving[]>();
  for (const leave of leaves) {
    groups.set(leave.container.id, [...(groups.get(leave.container.id) ?? []), leave]);
  }
  const joined = new Map<string, number>();
  for (const { container, replaces } of joins) {
    if (replaces?.stale !== false) joined.set(container.id, (joined.get(container.id) ?? 0) + 1);
  }
  return new Set(
    [...groups].flatMap(([id, group]) => strandingLeave(group, joined.get(id) ?? 0, world) ?? []),
  );
}

/** Whether what holds an address gives it up in the same plan: it leaves, or is put back with another one. */
function givesUp(
  holder: Holder,
  address: string,
  joins: readonly Joining[],
  leaves: readonly Leaving[],
): boolean {
  const isHolder = ({ container, network }: Joining | Leaving): boolean =>
    container.id === holder.container.id && network.id === holder.networkId;
  const mended = joins.find(joining => joining.replaces && isHolder(joining));
  return mended ? !addressesOf(mended.wanted).includes(address) : leaves.some(isHolder);
}

function takenBy(
  joining: Joining,
  joins: readonly Joining[],
  leaves: readonly Leaving[],
  holders: readonly Holder[],
): string | undefined {
  const { container, network, wanted } = joining;
  for (const address of addressesOf(wanted)) {
    const holder = holders.find(
      other =>
        other.networkId === network.id &&
        other.container.id !== container.id &&
        other.addresses.includes(address) &&
        !givesUp(other, address, joins, leaves),
    );
    if (holder) return `${address} is held by ${holder.container.name}`;
    const first = joins.find(
      other => other.network.id === network.id && addressesOf(other.wanted).includes(address),
    );
    if (first && first !== joining) return `${address} is declared for ${first.container.name} as well`;
  }
  return undefined;
}

/**
 * Settles who gets which address and who may leave. Each refusal may keep an address held that was to be given up,
 * so it goes round until nothing is refused any more: at most once for each connection.
 */
export function arbitrate(
  joinings: readonly Joining[],
  leavings: readonly Leaving[],
  world: World,
): Settlement {
  const addressed = joinings.filter(({ wanted }) => addressesOf(wanted).length > 0);
  const holders = holdersOn(new Set(addressed.map(({ network }) => network.id)), world);
  const taken: { joining: Joining; reason: string }[] = [];
  let joins = joinings;
  for (;;) {
    const stranding = strandingAmong(leavings, joins, world);
    const leaves = leavings.filter(leave => !stranding.has(leave));
    const refused = joins
      .filter(joining => addressed.includes(joining))
      .flatMap(joining => {
        const reason = takenBy(joining, joins, leaves, holders);
        return reason === undefined ? [] : [{ joining, reason }];
      });
    if (refused.length === 0) {
      const standsInTheWay = (container: Container, networkId: string): boolean =>
        holders.some(
          holder =>
            holder.container.id === container.id &&
            holder.networkId === networkId &&
            joins.some(
              ({ container: other, network, wanted }) =>
                other.id !== container.id &&
                network.id === networkId &&
                addressesOf(wanted).some(address => holder.addresses.includes(address)),
            ),
        );
      return { joins, leaves, taken, stranding: [...stranding], standsInTheWay };
    }
    taken.push(...refused);
    joins = joins.filter(joining => !refused.some(refusal => refusal.joining === joining));
  }
}
