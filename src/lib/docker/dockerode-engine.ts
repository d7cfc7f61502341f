import type Dockerode from 'dockerode';
import type { Container, ContainerDetails, EndpointSettings } from '../model/container.js';
import type { EngineInfo } from '../model/engine-info.js';
import type { Network, NetworkSpec } from '../model/network.js';
import type { ContainerRef } from '../model/step.js';
import { text } from './answers/answer.js';
import { classifyAnswer } from './failures/classify.js';
import { describeConnectionFailure } from './failures/connection-failure.js';
import { dockerodeOptions, withoutDockerHost } from './dockerode-options.js';
import type { Dialect } from './dialects/dialect.js';
import { endpointBody } from './endpoint-body.js';
import type { Endpoint } from './endpoint/endpoint.js';
import type { Engine, IdentifiedNetwork, StaleNetwork } from './engine.js';
import { EngineError, isEngineFailure } from './failures/engine-error.js';
import { isTlsComplaint } from './failures/tls-failure.js';
import { mendRefusedConnect } from './podman-mending.js';
import { readContainers } from './answers/read-container.js';
import { readDetails } from './answers/read-details.js';
import { readEngineId, readEngineInfo } from './answers/read-engine.js';
import { SpokenDialect } from './dialects/spoken-dialect.js';
import { networkCreateBody, readGhosts, readNetworks } from './answers/read-network.js';
import { demandWholeAnswers } from './answers/whole-answers.js';

/** How long one call may take, in milliseconds. */
export interface Deadlines {
  readonly read: number;
  readonly write: number;
}

/** Connects on one container wait for each other in the engine. */
const defaultDeadlines: Deadlines = { read: 20_000, write: 60_000 };

/** The published types forget that `version` takes options. */
interface WithVersion {
  version(options: object): Promise<unknown>;
}

interface WithInfo {
  info(options: object): Promise<unknown>;
}

interface WithInspect {
  inspect(options: object): Promise<unknown>;
}

interface WithModem {
  readonly modem: {
    dial(options: object, answered: (error: Error | null, answer: unknown) => void): void;
  };
}

interface AnswerError {
  readonly statusCode: number;
  readonly json?: unknown;
}

function isAnswerError(error: unknown): error is AnswerError {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number';
}

/** The engine's own words, if the body of the answer is JSON as an engine writes it. */
function spokenBy(error: AnswerError): string | undefined {
  const { json } = error;
  if (typeof json !== 'object' || json === null || !('message' in json)) return undefined;
  return typeof json.message === 'string' ? json.message : undefined;
}

/** The engine, through dockerode. Paths carry no API version, so that the engine's newest answers. */
class DockerodeEngine implements Engine {
  readonly #docker: Dockerode;
  readonly #endpoint: Endpoint;
  readonly #deadlines: Deadlines;
  readonly #apiVersion: string | undefined;
  readonly #spoken = new SpokenDialect();

  constructor(docker: Dockerode, endpoint: Endpoint, deadlines: Deadlines, apiVersion: string | undefined) {
    this.#docker = docker;
    this.#endpoint = endpoint;
    this.#deadlines = deadlines;
    this.#apiVersion = apiVersion;
  }

  async #call<T>(
    kind: keyof Deadlines,
    attempted: string,
    signal: AbortSignal | undefined,
    call: (abortSignal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const deadlineMs = this.#deadlines[kind];
    const deadline = AbortSignal.timeout(deadlineMs);
    try {
      return await call(signal ? AbortSignal.any([signal, deadline]) : deadline);
    } catch (error) {
      if (error instanceof EngineError) throw error;
      if (isAnswerError(error) && !isTlsComplaint(error)) {
        throw classifyAnswer(attempted, error.statusCode, spokenBy(error));
      }
      if (signal?.aborted) {
        throw new EngineError(`Interrupted while trying to ${attempted}.`, { failure: 'aborted' });
      }
      if (deadline.aborted) {
        throw new EngineError(
          `Could not ${attempted}: no answer within ${String(deadlineMs / 1000)} s from ${this.#endpoint.url}.`,
          { failure: 'timeout', hints: ['Does `docker info` answer? The engine may hang or be overloaded.'] },
        );
      }
      throw describeConnectionFailure(this.#endpoint, error);
    }
  }

  /** An engine spoken to in an older version knows nothing newer. */
  #asSpoken(info: EngineInfo): EngineInfo {
    return this.#apiVersion === undefined ? info : { ...info, apiVersion: this.#apiVersion };
  }

  #dialect(signal: AbortSignal | undefined): Promise<Dialect> {
    return this.#spoken.get(() => this.info(signal));
  }

  info(signal?: AbortSignal): Promise<EngineInfo> {
    const info = this.#call('read', 'ask the engine for its version', signal, async abortSignal =>
      this.#asSpoken(readEngineInfo(await (this.#docker as unknown as WithVersion).version({ abortSignal }))),
    );
    this.#spoken.listenTo(info);
    return info;
  }

  async id(signal?: AbortSignal): Promise<string | undefined> {
    const { kind } = await this.info(signal);
    if (kind === 'podman') return undefined;
    return this.#call('read', 'ask the engine for its ID', signal, async abortSignal =>
      readEngineId(await (this.#docker as unknown as WithInfo).info({ abortSignal })),
    );
  }

  listNetworks(signal?: AbortSignal): Promise<Network[]> {
    return this.#call('read', 'list the networks', signal, async abortSignal => {
      const answer = await this.#docker.listNetworks({ abortSignal });
      const dialect = await this.#dialect(signal);
      return readNetworks(await dialect.networks(answer, path => this.#read(path, abortSignal)));
    });
  }

  listContainers(signal?: AbortSignal): Promise<Container[]> {
    return this.#call('read', 'list the containers', signal, async abortSignal => {
      const answer = await this.#docker.listContainers({ all: true, abortSignal });
      const dialect = await this.#dialect(signal);
      return readContainers(await dialect.containers(answer, id => this.#inspectListed(id, signal)));
    });
  }

  /** What dockerode has no call for. */
  async #read(path: string, abortSignal: AbortSignal): Promise<unknown> {
    const { modem } = this.#docker as unknown as WithModem;
    const options = { path, method: 'GET', abortSignal, statusCodes: { 200: true } };
    return new Promise((resolve, reject) => {
      modem.dial(options, (error, answer) => {
        if (error) reject(error);
        else resolve(answer);
      });
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
    return this.#call('read', `inspect container ${container.name}`, signal, async abortSignal =>
      read(await this.#docker.getContainer(container.id).inspect({ abortSignal })),
    );
  }

  async inspectContainer(container: ContainerRef, signal?: AbortSignal): Promise<ContainerDetails> {
    const dialect = await this.#dialect(signal);
    return this.#inspect(container, signal, answer => readDetails(dialect.details(answer)));
  }

  listGhosts(network: IdentifiedNetwork, signal?: AbortSignal): Promise<string[]> {
    return this.#call('read', `inspect network ${network.name}`, signal, async abortSignal =>
      readGhosts(
        await (this.#docker.getNetwork(network.id) as unknown as WithInspect).inspect({ abortSignal }),
      ),
    );
  }

  createNetwork(spec: NetworkSpec, signal?: AbortSignal): Promise<string> {
    return this.#call('write', `create network ${spec.name}`, signal, async abortSignal => {
      // Without `_query` dockerode repeats the whole body in the URL.
      const request = { _query: {}, _body: networkCreateBody(spec), abortSignal };
      const created = await this.#docker.createNetwork(request as unknown as Dockerode.NetworkCreateOptions);
      return text(created.id, 'the ID of the network created');
    });
  }

  removeNetwork(network: IdentifiedNetwork, signal?: AbortSignal): Promise<void> {
    return this.#call('write', `remove network ${network.name}`, signal, async abortSignal => {
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
      await this.#call('write', attempted, signal, async abortSignal => {
        const EndpointConfig = dialect.endpoint(endpointBody(endpoint));
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
    return this.#call('write', attempted, signal, async abortSignal => {
      // dockerode puts what it is given into the path as it is.
      const key = 'id' in network ? network.id : encodeURIComponent(network.name);
      await this.#docker.getNetwork(key).disconnect({ Container: container.id, abortSignal } as object);
    });
  }

  removeGhost(network: IdentifiedNetwork, name: string, signal?: AbortSignal): Promise<void> {
    return this.#call('write', `remove endpoint ${name} from ${network.name}`, signal, async abortSignal => {
      const request = { Container: name, Force: true, abortSignal };
      await this.#docker.getNetwork(network.id).disconnect(request as object);
    });
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
    endpoint,
    deadlines,
    apiVersion,
  );
}
