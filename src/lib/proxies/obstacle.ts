import type { Container } from '../model/container.js';
import { escapeText } from '../model/escape.js';
import type { Finding } from '../model/plan.js';
import type { World } from '../model/world.js';
import { ownerOf } from './surroundings.js';

/** Why nothing can be done with a proxy as it is; `unchanged` where nothing needs to be. */
export function obstacle(proxy: Container, world: World): Omit<Finding, 'job' | 'container'> | undefined {
  const mode = proxy.networkMode;
  if (mode.kind === 'host') {
    return {
      find: 'unchanged',
      reason: 'in host mode: it reaches every bridge network from the host and joins none',
    };
  }
  if (mode.kind === 'none') {
    return {
      find: 'refused',
      reason: 'created with network mode none, which the engine lets join no network',
      hints: ['Recreate it on a network.'],
    };
  }
  if (mode.kind === 'container') {
    // The engine keeps the ID of the other one, whatever it was called by.
    const owner = escapeText(ownerOf(proxy, world)?.name ?? mode.of);
    return {
      find: 'refused',
      reason: `shares the network of container ${owner} and cannot join one itself`,
      hints: [`Name that container instead: fairlead proxy join ${owner}`],
    };
  }
  // From 28.0 a connect is refused here and yet recorded; a disconnect is refused on every engine.
  if (proxy.state === 'restarting') {
    return {
      find: 'refused',
      reason: 'in a restart loop: the engine cannot connect it between two runs',
      hints: [`See why it stops: docker logs ${escapeText(proxy.name)}`],
    };
  }
  if (proxy.state === 'removing' || proxy.state === 'dead') {
    return { find: 'refused', reason: `being removed (${proxy.state})` };
  }
  return undefined;
}
