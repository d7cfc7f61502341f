import type Dockerode from 'dockerode';
import type { Container, ContainerDetails, EndpointSettings } from '../model/container.js';
import type { EngineInfo } from '../model/engine-info.js';
import type { Network, NetworkSpec } from '../model/network.js';
import type { ContainerRef } from '../model/step.js';
import { text } from './answers/answer.js';
import { Calls, type Deadlines, defaultDeadlines } from './calls.js';
import { dockerodeOptions, withoutDockerHost } from './dockerode-options.js';
import type { Dialect } from './dialects/dialect.js';
import { askForInfo, askForVersion, get, inspectNetwork } from './dockerode-untyped.js';
import type { Endpoint } from './endpoint/endpoint.js';
import type { Engine, IdentifiedNetwork, StaleNetwork } from './engine.js';
import { isEngineFailure } from './failures/engine-error.js';
import { mendRefusedConnect } from './dialects/podman-mending.js';
import { readContainers } from './answers/read-container.js';
import { readDetails } from './answers/read-details.js';
import { readEngineId, readEngineInfo } from './answers/read-engine.js';
import { SpokenDialect } from './dialects/spoken-dialect.js';
import { readGhosts, readNetworks } from './answers/read-network.js';
import { demandWholeAnswers } from './answers/whole-answers.js';
import { endpointConfig } from './requests/endpoint-config.js';
import { networkCreateBody } from './requests/network-create-body.js';

/** The engine, through dockerode. Paths carry no API version, so that the engine's newest answers. */
class DockerodeEngine implements Engine {
  readonly #docker: Dockerode;
  readonly #calls: Calls;
  readonly #apiVersion: string | undefined;
  readonly #spoken = new SpokenDialect();

  constructor(docker: Dockerode, calls: Calls, apiVersion: string | undefined) {
    this.#docker = docker;
    this.#calls = calls;
    this.#apiVersion = apiVersion;
  }

  /** An engine spoken to in an older version knows nothing newer. */
  #asSpoken(info: EngineInfo): EngineInfo {
    return this.#apiVersion === undefined ? info : { ...info, apiVersion: this.#apiVersion };
  }

  #dialect(signal: AbortSignal | undefined): Promise<Dialect> {
    return this.#spoken.get(() => this.info(signal));
  }

  info(signal?: AbortSignal): Promise<EngineInfo> {
    const info = this.#calls.attempt('read', 'ask the engine for its version', signal, async abortSignal =>
      this.#asSpoken(readEngineInfo(await askForVersion(this.#docker, abortSignal))),
    );
    this.#spoken.listenTo(info);
    return info;
  }

  async id(signal?: AbortSignal): Promise<string | undefined> {
    const { kind } = await this.info(signal);
    if (kind === 'podman') return undefined;
    return this.#calls.attempt('read', 'ask the engine for its ID', signal, async abortSignal =>
      readEngineId(await askForInfo(this.#docker, abortSignal)),
    );
  }

  listNetworks(signal?: AbortSignal): Promise<Network[]> {
    return this.#calls.attempt('read', 'list the networks', signal, async abortSignal => {
      const answer = await this.#docker.listNetworks({ abortSignal });
      const dialect = await this.#dialect(signal);
      return readNetworks(await dialect.networks(answer, path => get(this.#docker, path, abortSignal)));
    });
  }

  listContainers(signal?: AbortSignal): Promise<Container[]> {
    return this.#calls.attempt('read', 'list the containers', signal, async abortSignal => {
      const answer = await this.#docker.listContainers({ all: true, abortSignal });
      const dialect = await this.#dialect(signal);
      return readContainers(await dialect.containers(answer, id => this.#inspectListed(id, signal)));
    });
  }

  /** One that was listed a moment ago; `undefined` where it is gone. */
  async #inspectListed(id: string, signal: AbortSignal | undefined): Promise<unknown> {
    try {
      return await this.#inspect({ id, name: id.slice(0, 12) }, signal, answer => answer);
    } catch (error) {
      if (isEngineFailure(error, 'not-found')) return undefined;
      throw error;
    }
  }

  #inspect<T>(
    container: ContainerRef,
    signal: AbortSignal | undefined,
    read: (answer: unknown) => T,
  ): Promise<T> {
    return this.#calls.attempt('read', `inspect container ${container.name}`, signal, async abortSignal =>
      read(await this.#docker.getContainer(container.id).inspect({ abortSignal })),
    );
  }

  async inspectContainer(container: ContainerRef, signal?: AbortSignal): Promise<ContainerDetails> {
    const dialect = await this.#dialect(signal);
    return this.#inspect(container, signal, answer => readDetails(dialect.details(answer)));
  }

  listGhosts(network: IdentifiedNetwork, signal?: AbortSignal): Promise<string[]> {
    return this.#calls.attempt('read', `inspect network ${network.name}`, signal, async abortSignal =>
      readGhosts(await inspectNetwork(this.#docker, network.id, abortSignal)),
    );
  }

  createNetwork(spec: NetworkSpec, signal?: AbortSignal): Promise<string> {
    return this.#calls.attempt('write', `create network ${spec.name}`, signal, async abortSignal => {
      // Without `_query` dockerode repeats the whole body in the URL.
      const request = { _query: {}, _body: networkCreateBody(spec), abortSignal };
      const created = await this.#docker.createNetwork(request as unknown as Dockerode.NetworkCreateOptions);
      return text(created.id, 'the ID of the network created');
    });
  }

  removeNetwork(network: IdentifiedNetwork, signal?: AbortSignal): Promise<void> {
    return this.#calls.attempt('write', `remove network ${network.name}`, signal, async abortSignal => {
      await this.#docker.getNetwork(network.id).remove({ abortSignal });
    });
  }

  async connect(
    network: IdentifiedNetwork,
    container: ContainerRef,
    endpoint: EndpointSettings,
    signal?: AbortSignal,
  ): Promise<void> {
    const dialect = await this.#dialect(signal);
    const attempted = `connect ${container.name} to ${network.name}`;
    try {
      await this.#calls.attempt('write', attempted, signal, async abortSignal => {
        const EndpointConfig = dialect.endpoint(endpointConfig(endpoint));
        const request = { Container: container.id, EndpointConfig, abortSignal };
        await this.#docker.getNetwork(network.id).connect(request as object);
      });
    } catch (error) {
      if (this.#spoken.isPodman(dialect)) await mendRefusedConnect(this, network, container, error);
      throw error;
    }
  }

  disconnect(
    network: IdentifiedNetwork | StaleNetwork,
    container: ContainerRef,
    signal?: AbortSignal,
  ): Promise<void> {
    const attempted = `disconnect ${container.name} from ${network.name}`;
    return this.#calls.attempt('write', attempted, signal, async abortSignal => {
      // dockerode puts what it is given into the path as it is.
      const key = 'id' in network ? network.id : encodeURIComponent(network.name);
      await this.#docker.getNetwork(key).disconnect({ Container: container.id, abortSignal } as object);
    });
  }

  removeGhost(network: IdentifiedNetwork, name: string, signal?: AbortSignal): Promise<void> {
    return this.#calls.attempt(
      'write',
      `remove endpoint ${name} from ${network.name}`,
      signal,
      async abortSignal => {
        const request = { Container: name, Force: true, abortSignal };
        await this.#docker.getNetwork(network.id).disconnect(request as object);
      },
    );
  }
}

export interface OpenOptions {
  readonly deadlines?: Deadlines;
  /** API version to speak; the engine then is taken to know no more than that. */
  readonly apiVersion?: string;
}

/** The engine at an endpoint. Nothing is sent before the first call. */
export async function openEngine(
  endpoint: Endpoint,
  { deadlines = defaultDeadlines, apiVersion }: OpenOptions = {},
): Promise<Engine> {
  const { default: Docker } = await import('dockerode');
  const options = {
    ...dockerodeOptions(endpoint),
    ...(apiVersion !== undefined && { version: `v${apiVersion}` }),
  };
  demandWholeAnswers(options.agent);
  return new DockerodeEngine(
    withoutDockerHost(() => new Docker(options)),
    new Calls(endpoint, deadlines),
    apiVersion,
  );
}
