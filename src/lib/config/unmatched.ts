import type { Container } from '../model/container.js';
import type { Finding } from '../model/plan.js';
import { matchesName, select, type Selector } from '../model/selector.js';
import type { Job } from '../model/step.js';
import { nearest } from './nearest.js';

/** A selector that is declared, and what plans call the place where it is. */
export interface DeclaredSelector {
  readonly job: Job;
  readonly says: string;
  readonly selector: Selector;
}

function selectorText(selector: Selector): string {
  return Object.entries(selector)
    .map(([list, entries]) => `${list}: ${(entries as readonly string[]).join(', ')}`)
    .join('; ');
}

/**
 * What a selector names or describes and no container is: one that is yet to come, or a slip of the pen. The container
 * that was meant then stays as Docker has it, and nothing else would say so. A name is told by itself, with the
 * container that has nearly the same; where all names are there, the selector as a whole.
 */
export function unmatchedFindings(
  { job, says, selector }: DeclaredSelector,
  containers: readonly Container[],
): Finding[] {
  const present = containers.map(({ name }) => name);
  const absent = (selector.names ?? []).filter(pattern => !present.some(name => matchesName(pattern, name)));
  if (absent.length > 0) {
    return absent.map((name): Finding => {
      const meant = nearest(name, present);
      const question = meant === undefined ? '' : `; did you mean ${meant}?`;
      const reason = `no container has this name (${says})${question}`;
      return { find: 'unmatched', job, container: name, reason };
    });
  }
  // One that could not be read may well match.
  if (containers.some(container => select(selector, container) !== 'no')) return [];
  return [{ find: 'unmatched', job, reason: `no container matches ${says} (${selectorText(selector)})` }];
}
