import type { Container, ContainerDetails, EndpointSettings } from '../model/container.js';
import type { EngineInfo } from '../model/engine-info.js';
import type { Network, NetworkSpec } from '../model/network.js';
import type { ContainerRef } from '../model/step.js';

/** A network by its full ID; `name` is for messages. */
export interface IdentifiedNetwork {
  readonly id: string;
  readonly name: string;
}

/** An entry in a container's list whose network is gone or was remade: only its name reaches it. */
export interface StaleNetwork {
  readonly name: string;
}

/**
 * What Fairlead asks of a container engine, and no more. Every call takes the signal that ends it and throws an
 * EngineError. IDs are full IDs taken from a list: the engine reads a name that it does not know as the
 * beginning of an ID.
 */
export interface Engine {
  info(signal?: AbortSignal): Promise<EngineInfo>;
  /** What it calls itself, the same by whatever way it is reached; `undefined` where it is another each time (Podman). */
  id(signal?: AbortSignal): Promise<string | undefined>;
  listNetworks(signal?: AbortSignal): Promise<Network[]>;
  /** All containers, stopped ones too. */
  listContainers(signal?: AbortSignal): Promise<Container[]>;
  inspectContainer(container: ContainerRef, signal?: AbortSignal): Promise<ContainerDetails>;
  /**
   * The names of endpoints on a network that have no container: what is left where the engine could not write down
   * that a container went, on a full disk for instance (measured on 20.10, 26.1 and 28.5). They keep it from removing
   * the network until it is restarted. An endpoint that is being made is among them for a moment.
   */
  listGhosts(network: IdentifiedNetwork, signal?: AbortSignal): Promise<string[]>;
  /** Gives the new network's full ID. */
  createNetwork(spec: NetworkSpec, signal?: AbortSignal): Promise<string>;
  removeNetwork(network: IdentifiedNetwork, signal?: AbortSignal): Promise<void>;
  connect(
    network: IdentifiedNetwork,
    container: ContainerRef,
    endpoint: EndpointSettings,
    signal?: AbortSignal,
  ): Promise<void>;
  disconnect(
    network: IdentifiedNetwork | StaleNetwork,
    container: ContainerRef,
    signal?: AbortSignal,
  ): Promise<void>;
  /**
   * Removes an endpoint that has no container. Only its name reaches it, and the engine takes that for a container's
   * where it can: as a name, or as the beginning of an ID.
   */
  removeGhost(network: IdentifiedNetwork, name: string, signal?: AbortSignal): Promise<void>;
}
