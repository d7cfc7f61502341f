import { isDeepStrictEqual } from 'node:util';
import type { DeclaredRoute, WarpDeclaration } from './declaration.js';

/** Where it stands in the file does not count: another one before it moves it. */
function isSame(one: DeclaredRoute, other: DeclaredRoute): boolean {
  return isDeepStrictEqual({ ...one, says: '' }, { ...other, says: '' });
}

/**
 * What a declaration would take back of the one in force, in words: a guard, a route, or what labels mean. A config
 * that is half written looks just like this.
 */
export function takenBack(inForce: WarpDeclaration, next: WarpDeclaration): string[] {
  const guards = inForce.guarded.filter(name => !next.guarded.includes(name));
  const routes = inForce.routes.filter(route => !next.routes.some(other => isSame(route, other)));
  return [
    ...guards.map(name => `the guard of ${name}`),
    ...routes.map(({ says }) => says),
    ...(isDeepStrictEqual(inForce.labels, next.labels) ? [] : ['what labels of targets mean']),
  ];
}
