import type { Container } from '../model/container.js';
import { escapeText } from '../model/escape.js';
import { findNamed } from '../model/lookup.js';
import { shortId } from '../model/network.js';
import type { Finding } from '../model/plan.js';
import { select } from '../model/selector.js';
import type { World } from '../model/world.js';
import { type ProxyDeclaration, nameOf } from './declaration.js';
import { isOneOff } from './labels.js';
import { obstacle } from './obstacle.js';

/** The containers that a declaration means. */
export interface Located {
  /** Those that can be worked on. Stopped and created ones can: they are ready when they start. */
  readonly proxies: readonly Container[];
  /** IDs of all of them, those in whose way something stands too. */
  readonly peers: ReadonlySet<string>;
  readonly findings: readonly Finding[];
}

function refused(container: string, reason: string, hints: readonly string[]): Finding {
  return { find: 'refused', job: 'proxies', container, reason, hints };
}

/** Containers that publish a web port: whoever mistyped a proxy's name probably meant one of them. */
function webServers(containers: readonly Container[]): string[] {
  const isWeb = (port: number | undefined): boolean => port === 80 || port === 443;
  return containers
    .filter(({ ports }) =>
      ports.some(
        ({ hostPort, containerPort }) => hostPort !== undefined && (isWeb(hostPort) || isWeb(containerPort)),
      ),
    )
    .map(container => escapeText(container.name))
    .slice(0, 5);
}

function missing(declaration: ProxyDeclaration, world: World): Finding {
  const candidates = webServers(world.containers);
  const isNamed = 'named' in declaration.who;
  const other = isNamed
    ? 'Name the proxy’s container: fairlead proxy join NAME'
    : 'Correct the selector, or create the proxy.';
  return refused(
    nameOf(declaration),
    isNamed ? 'there is no container of this name' : 'there is no container that is selected',
    [candidates.length > 0 ? `These publish port 80 or 443: ${candidates.join(', ')}` : other],
  );
}

interface Matches {
  readonly found: readonly Container[];
  readonly findings: readonly Finding[];
}

function byName(wanted: string, { containers }: World): Matches {
  const found = findNamed(containers, wanted);
  if (found.length < 2) return { found, findings: [] };
  const ids = found.map(container => shortId(container.id)).join(', ');
  const reason = `the name stands for ${String(found.length)} containers`;
  return { found: [], findings: [refused(wanted, reason, [`Say which one by its ID: ${ids}`])] };
}

/** All that a selector means. One-off containers never are the proxy, though they have its labels. */
function bySelector(declaration: ProxyDeclaration, { containers }: World): Matches {
  if ('named' in declaration.who) return { found: [], findings: [] };
  const found: Container[] = [];
  const findings: Finding[] = [];
  for (const container of containers) {
    if (isOneOff(container)) continue;
    const match = select(declaration.who.select, container);
    if (match === 'no') continue;
    if (match !== 'unreadable') found.push(container);
    else if (container.reading.read === 'unreadable') {
      const why = `could not read whether it is the proxy: ${container.reading.why}`;
      findings.push(refused(container.name, why, []));
    }
  }
  return { found, findings };
}

/** The containers that a declaration means, and what stands in the way of each that cannot be worked on. */
export function locateProxies(declaration: ProxyDeclaration, world: World): Located {
  const { who } = declaration;
  const { found, findings } = 'named' in who ? byName(who.named, world) : bySelector(declaration, world);
  const peers = new Set(found.map(({ id }) => id));
  if (found.length === 0 && findings.length === 0) {
    return { proxies: [], peers, findings: [missing(declaration, world)] };
  }
  const proxies: Container[] = [];
  const stuck: Finding[] = [];
  for (const proxy of found) {
    const obstructed = obstacle(proxy, world);
    if (obstructed) stuck.push({ job: 'proxies', container: proxy.name, ...obstructed });
    else proxies.push(proxy);
  }
  return { proxies, peers, findings: [...findings, ...stuck] };
}
