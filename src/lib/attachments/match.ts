import type { Container } from '../model/container.js';
import { type Match, select } from '../model/selector.js';
import type { AttachmentRule } from './rules.js';

/** The label pairs that say which app and which service a container is. Values are compared whole, never as globs. */
const servicePairs = [
  ['fairlead.app', 'fairlead.service'],
  ['com.docker.compose.project', 'com.docker.compose.service'],
] as const;

/** Whether a rule means a container, and by what. */
export function matchRule({ select: whom }: AttachmentRule, container: Container): Match {
  if (whom.by === 'selector') return select(whom.selector, container);
  const found = servicePairs.find(
    ([app, service]) => container.labels[app] === whom.app && container.labels[service] === whom.service,
  );
  return found ? { matched: `${found[1]}=${whom.service}` } : 'no';
}

/**
 * A container of `docker compose run`: it carries the labels of its service and is not the service. It needs the
 * networks, and must not answer to the service's name.
 */
export function isOneOff(container: Container): boolean {
  return container.labels['com.docker.compose.oneoff']?.toLowerCase() === 'true';
}

/** Gone in a moment: nothing is connected or disconnected any more (engine-networks 2.7). */
export function isGoing(container: Container): boolean {
  return container.state === 'removing' || container.state === 'dead';
}
