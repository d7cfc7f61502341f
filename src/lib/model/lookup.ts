import type { Container } from './container.js';
import { LookupError } from './errors.js';
import { escapeText } from './escape.js';
import { type Network, shortId } from './network.js';

interface Named {
  readonly id: string;
  readonly name: string;
}

/** Shorter than this, what looks like the beginning of an ID is rather a name with a typo. */
const shortestIdPrefix = 8;

/** An exact name, a full ID, or an ID's beginning: never a part of a name, and never a guess. */
export function findNamed<T extends Named>(items: readonly T[], wanted: string): readonly T[] {
  const exact = items.filter(item => item.name === wanted || item.id === wanted);
  if (exact.length > 0) return exact;
  const isPrefix = wanted.length >= shortestIdPrefix && /^[0-9a-f]+$/.test(wanted);
  return isPrefix ? items.filter(item => item.id.startsWith(wanted)) : [];
}

/** Names that resemble the one that is not there: the same but for case, or one within the other. */
function resembling(items: readonly Named[], wanted: string): string[] {
  const low = wanted.toLowerCase();
  return items
    .map(item => item.name)
    .filter(name => name.toLowerCase().includes(low) || (name.length > 2 && low.includes(name.toLowerCase())))
    .slice(0, 5)
    .map(escapeText);
}

function findOne<T extends Named>(kind: string, list: string, items: readonly T[], wanted: string): T {
  const found = findNamed(items, wanted);
  const [only] = found;
  const name = escapeText(wanted);
  if (!only) {
    const similar = resembling(items, wanted);
    throw new LookupError(`There is no ${kind} ${name}.`, [
      similar.length > 0 ? `Similar names: ${similar.join(', ')}` : `See them all: ${list}`,
    ]);
  }
  if (found.length > 1) {
    const ids = found.map(item => shortId(item.id)).join(', ');
    throw new LookupError(`${name} stands for ${String(found.length)} ${kind}s: ${ids}.`, [
      `Say which one by its ID.`,
    ]);
  }
  return only;
}

/** Throws a LookupError where there is none, or more than one. */
export function findContainer(containers: readonly Container[], wanted: string): Container {
  return findOne('container', 'docker ps -a', containers, wanted);
}

/** Throws a LookupError where there is none, or more than one. */
export function findNetwork(networks: readonly Network[], wanted: string): Network {
  return findOne('network', 'fairlead network list', networks, wanted);
}
