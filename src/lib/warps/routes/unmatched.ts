import { nearest } from '../../config/nearest.js';
import type { Container } from '../../model/container.js';
import type { Finding } from '../../model/plan.js';
import { matchesName } from '../../model/selector.js';
import type { WarpDeclaration } from './declaration.js';

/**
 * Names of targets that nobody has: of containers that are yet to come, or misspelt. Then the one that was meant goes
 * out as Docker has it, and nothing else would say so.
 */
export function unmatchedTargets({ routes }: WarpDeclaration, containers: readonly Container[]): Finding[] {
  const present = containers.map(({ name }) => name);
  return routes.flatMap(({ target, says }) => {
    const names = 'select' in target ? (target.select.names ?? []) : [];
    const absent = names.filter(pattern => !present.some(name => matchesName(pattern, name)));
    return absent.map((name): Finding => {
      const meant = nearest(name, present);
      return {
        find: 'caveat',
        job: 'warps',
        container: name,
        reason: `there is no container of this name: ${says} routes nobody by it`,
        ...(meant !== undefined && { hints: [`Did you mean ${meant}?`] }),
      };
    });
  });
}
