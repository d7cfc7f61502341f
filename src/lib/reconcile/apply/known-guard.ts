import { isAlive } from '../../model/container.js';
import { type GuardState, type WrittenBridge, bridgeOf } from '../../model/guard.js';
import type { World } from '../../model/world.js';
import { type KnownBridge, addressesOn } from '../../warps/changes/stale-guard.js';

/** The guard as it was last read or written, with the container that each address was let out for. */
export class KnownGuard {
  #bridges: readonly KnownBridge[] = [];
  /** Container IDs by network and address, as they were when the kernel was last looked at. */
  #holders: ReadonlyMap<string, string> = new Map();
  #isKnown = false;

  see({
    kernel,
    containers = [],
    networks = [],
  }: Partial<Pick<World, 'kernel' | 'containers' | 'networks'>>): void {
    if (kernel?.host) this.take(kernel.host.guard, { containers, networks });
  }

  /** Takes over the guard that was read: undefined where there is none. */
  take(
    guard: GuardState | undefined,
    { containers, networks }: Pick<World, 'containers' | 'networks'>,
  ): void {
    this.#isKnown = true;
    this.#holders = new Map(
      containers
        .filter(isAlive)
        .flatMap(container =>
          container.endpoints.flatMap(({ networkName }) =>
            addressesOn(container, networkName).map(
              address => [keyOf(networkName, address), container.id] as const,
            ),
          ),
        ),
    );
    const byBridge = new Map(networks.map(network => [bridgeOf(network), network]));
    this.#bridges = (guard?.bridges ?? []).map(({ bridge, warps }) => {
      const { id, name = bridge } = byBridge.get(bridge) ?? {};
      return this.#known({ network: { name, ...(id !== undefined && { id }) }, bridge, warps });
    });
  }

  /** The guard that a step has written. */
  note(guard: readonly WrittenBridge[]): void {
    this.#isKnown = true;
    this.#bridges = guard.map(each => this.#known(each));
  }

  /** The container that had an address when it was last looked. */
  holderOf(networkName: string, address: string): string | undefined {
    return this.#holders.get(keyOf(networkName, address));
  }

  /** Whether it was read or written at all. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Whether anything is let out of a guarded network. */
  get letsOut(): boolean {
    return this.#bridges.some(({ holders }) => holders.size > 0);
  }

  get bridges(): readonly KnownBridge[] {
    return this.#bridges;
  }

  #known({ network, bridge, warps }: WrittenBridge): KnownBridge {
    const before = this.#bridges.find(each => each.bridge === bridge)?.holders;
    const holders = warps.map(
      address => [address, this.holderOf(network.name, address) ?? before?.get(address)] as const,
    );
    return { network, bridge, holders: new Map(holders) };
  }
}

function keyOf(networkName: string, address: string): string {
  return `${networkName} ${address}`;
}
