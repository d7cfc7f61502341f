import type { Container, ContainerDetails, EndpointSettings } from '../model/container.js';
import type { EngineInfo } from '../model/engine-info.js';
import type { Network, NetworkSpec } from '../model/network.js';

/** The network created, and what the engine had to say of it. */
export interface CreatedNetwork {
  readonly id: string;
  readonly warning: string;
}

/**
 * What Fairlead asks of a container engine; no more than it uses. Every call takes the signal that ends it and
 * throws an EngineError. IDs are full IDs taken from a list: the engine reads a name that it does not know as
 * the beginning of an ID (engine-networks 2.3).
 */
export interface Engine {
  info(signal?: AbortSignal): Promise<EngineInfo>;
  listNetworks(signal?: AbortSignal): Promise<Network[]>;
  /** All containers, stopped ones too. */
  listContainers(signal?: AbortSignal): Promise<Container[]>;
  inspectContainer(id: string, signal?: AbortSignal): Promise<ContainerDetails>;
  createNetwork(spec: NetworkSpec, signal?: AbortSignal): Promise<CreatedNetwork>;
  removeNetwork(id: string, signal?: AbortSignal): Promise<void>;
  connect(
    network: string,
    container: string,
    endpoint: EndpointSettings,
    signal?: AbortSignal,
  ): Promise<void>;
  /** `network` is an ID, or the name of an entry whose network is gone. */
  disconnect(network: string, container: string, signal?: AbortSignal): Promise<void>;
}
