import { messageOf } from '../model/errors.js';
import type { Log } from '../model/log.js';
import type { Engine } from './engine.js';

/** An engine that tells each call, how long it took and what came of it, to whoever debugs. */
export function loggingEngine(engine: Engine, log: Log, now: () => number): Engine {
  async function told<T>(call: string, make: () => Promise<T>): Promise<T> {
    const started = now();
    const ms = (): number => Math.round(now() - started);
    try {
      const answer = await make();
      log.debug(call, { ms: ms() });
      return answer;
    } catch (error) {
      log.debug(`${call} failed`, { ms: ms(), error: messageOf(error) });
      throw error;
    }
  }

  return {
    info: signal => told('ask for the version', () => engine.info(signal)),
    id: signal => told('ask for its ID', () => engine.id(signal)),
    listNetworks: signal => told('list networks', () => engine.listNetworks(signal)),
    listContainers: signal => told('list containers', () => engine.listContainers(signal)),
    inspectContainer: (container, signal) =>
      told(`inspect container ${container.name}`, () => engine.inspectContainer(container, signal)),
    listGhosts: (network, signal) =>
      told(`inspect network ${network.name}`, () => engine.listGhosts(network, signal)),
    createNetwork: (spec, signal) =>
      told(`create network ${spec.name}`, () => engine.createNetwork(spec, signal)),
    removeNetwork: (network, signal) =>
      told(`remove network ${network.name}`, () => engine.removeNetwork(network, signal)),
    connect: (network, container, endpoint, signal) =>
      told(`connect ${container.name} to ${network.name}`, () =>
        engine.connect(network, container, endpoint, signal),
      ),
    disconnect: (network, container, signal) =>
      told(`disconnect ${container.name} from ${network.name}`, () =>
        engine.disconnect(network, container, signal),
      ),
    removeGhost: (network, name, signal) =>
      told(`remove endpoint ${name} from ${network.name}`, () => engine.removeGhost(network, name, signal)),
  };
}
