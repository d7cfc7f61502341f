import type { Container } from '../model/container.js';
import { findNamed } from '../model/lookup.js';
import type { ProxyDeclaration } from './declaration.js';
import { needsEnvironment } from './routable.js';

/** The proxies themselves: who joined a network only an inspect tells. */
export function isDeclaredProxy(
  declarations: readonly ProxyDeclaration[],
): (container: Container) => boolean {
  return container =>
    declarations.some(declaration => findNamed([container], declaration.container).length > 0);
}

/** Which containers must be inspected to plan for these proxies: the proxies, and where an environment decides. */
export function inspectionFor(declarations: readonly ProxyDeclaration[]): (container: Container) => boolean {
  const isProxy = isDeclaredProxy(declarations);
  return container =>
    isProxy(container) || declarations.some(declaration => needsEnvironment(declaration.routable, container));
}
