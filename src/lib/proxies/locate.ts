import type { Container } from '../model/container.js';
import { escapeText } from '../model/escape.js';
import { findNamed } from '../model/lookup.js';
import { shortId } from '../model/network.js';
import type { Finding } from '../model/plan.js';
import type { World } from '../model/world.js';
import type { ProxyDeclaration } from './declaration.js';

type Located = { readonly proxy: Container } | { readonly finding: Finding };

/** Containers that publish a web port: whoever mistyped a proxy's name probably meant one of them. */
function webServers(containers: readonly Container[]): string[] {
  return containers
    .filter(container => container.ports.some(port => port.hostPort === 80 || port.hostPort === 443))
    .map(container => escapeText(container.name))
    .slice(0, 5);
}

function missing(wanted: string, world: World): Finding {
  const candidates = webServers(world.containers);
  return {
    find: 'refused',
    job: 'proxies',
    container: wanted,
    reason: 'there is no container of this name',
    hints: [
      candidates.length > 0
        ? `These publish port 80 or 443: ${candidates.join(', ')}`
        : 'Name the proxy’s container: fairlead proxy join NAME',
    ],
  };
}

function ambiguous(wanted: string, found: readonly Container[]): Finding {
  return {
    find: 'refused',
    job: 'proxies',
    container: wanted,
    reason: `the name stands for ${String(found.length)} containers`,
    hints: [`Say which one by its ID: ${found.map(container => shortId(container.id)).join(', ')}`],
  };
}

/** Why nothing can be done with a proxy as it is; `unchanged` where nothing needs to be. */
function obstacle(proxy: Container, { containers }: World): Omit<Finding, 'job' | 'container'> | undefined {
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
    const owner = escapeText(findNamed(containers, mode.of)[0]?.name ?? mode.of);
    return {
      find: 'refused',
      reason: `shares the network of container ${owner} and cannot join one itself`,
      hints: [`Name that container instead: fairlead proxy join ${owner}`],
    };
  }
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

/** The proxy's container, or what stands in the way. A stopped or created one is fine: it is ready when it starts. */
export function locateProxy(declaration: ProxyDeclaration, world: World): Located {
  const found = findNamed(world.containers, declaration.container);
  const [proxy] = found;
  if (!proxy) return { finding: missing(declaration.container, world) };
  if (found.length > 1) return { finding: ambiguous(declaration.container, found) };
  const stuck = obstacle(proxy, world);
  return stuck ? { finding: { job: 'proxies', container: proxy.name, ...stuck } } : { proxy };
}
