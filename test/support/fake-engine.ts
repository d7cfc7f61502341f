import { classifyAnswer } from '../../src/lib/docker/failures/classify.js';
import { endpointConfig } from '../../src/lib/docker/requests/endpoint-config.js';
import type { Engine } from '../../src/lib/docker/engine.js';
import { readContainers } from '../../src/lib/docker/answers/read-container.js';
import { readDetails } from '../../src/lib/docker/answers/read-details.js';
import { readEngineId, readEngineInfo } from '../../src/lib/docker/answers/read-engine.js';
import { readGhosts, readNetworks } from '../../src/lib/docker/answers/read-network.js';
import { networkCreateBody } from '../../src/lib/docker/requests/network-create-body.js';
import type { FakeDaemon } from './fake-daemon.js';

/** The Engine port over a fake daemon: real readers and real classification, no socket in between. */
export function fakeEngine(daemon: FakeDaemon): Engine {
  async function ask(
    attempted: string,
    method: string,
    path: string,
    body?: Record<string, unknown>,
  ): Promise<unknown> {
    // The engine never answers within the same turn.
    await Promise.resolve();
    const answer = daemon.request(method, path, body);
    if (answer.status < 400) return structuredClone(answer.body);
    const spoken = (answer.body as { message?: string } | undefined)?.message;
    throw classifyAnswer(attempted, answer.status, spoken);
  }

  return {
    info: async () => readEngineInfo(await ask('ask for the version', 'GET', '/version')),
    id: async () => readEngineId(await ask('ask for its ID', 'GET', '/info')),
    listNetworks: async () => readNetworks(await ask('list the networks', 'GET', '/networks')),
    listContainers: async () => readContainers(await ask('list the containers', 'GET', '/containers/json')),
    inspectContainer: async ({ id, name }) =>
      readDetails(await ask(`inspect container ${name}`, 'GET', `/containers/${id}/json`)),
    listGhosts: async ({ id, name }) =>
      readGhosts(await ask(`inspect network ${name}`, 'GET', `/networks/${id}`)),
    createNetwork: async spec => {
      const created = await ask(
        `create network ${spec.name}`,
        'POST',
        '/networks/create',
        networkCreateBody(spec),
      );
      return (created as { Id: string }).Id;
    },
    removeNetwork: async ({ id, name }) => {
      await ask(`remove network ${name}`, 'DELETE', `/networks/${id}`);
    },
    connect: async (network, container, endpoint) => {
      await ask(`connect ${container.name} to ${network.name}`, 'POST', `/networks/${network.id}/connect`, {
        Container: container.id,
        EndpointConfig: endpointConfig(endpoint),
      });
    },
    disconnect: async (network, container) => {
      const key = 'id' in network ? network.id : encodeURIComponent(network.name);
      await ask(`disconnect ${container.name} from ${network.name}`, 'POST', `/networks/${key}/disconnect`, {
        Container: container.id,
      });
    },
    removeGhost: async (network, name) => {
      await ask(
        `remove endpoint ${name} from ${network.name}`,
        'POST',
        `/networks/${network.id}/disconnect`,
        {
          Container: name,
          Force: true,
        },
      );
    },
  };
}
