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
  listNetworks(signal?: AbortSignal): Promise<Network[]>;
  /** All containers, stopped ones too. */
  listContainers(signal?: AbortSignal): Promise<Container[]>;
  inspectContainer(container: ContainerRef, signal?: AbortSignal): Promise<ContainerDetails>;
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
}
