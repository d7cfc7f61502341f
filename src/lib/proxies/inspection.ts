import { type Container, isAlive } from '../model/container.js';
import { findNamed } from '../model/lookup.js';
import { select } from '../model/selector.js';
import type { ProxyDeclaration } from './declaration.js';
import { isOneOff } from './labels.js';
import { needsEnvironment } from './routable.js';

type Inspected = (container: Container) => boolean;

/** The proxies themselves, and what may turn out to be one: who joined a network only an inspect tells. */
export function isDeclaredProxy(declarations: readonly ProxyDeclaration[]): Inspected {
  return container =>
    declarations.some(({ who }) =>
      'named' in who
        ? findNamed([container], who.named).length > 0
        : !isOneOff(container) && select(who.select, container) !== 'no',
    );
}

/** Which containers must be inspected to plan for these proxies: the proxies, and where an environment decides. */
export function inspectionFor(declarations: readonly ProxyDeclaration[]): Inspected {
  const isProxy = isDeclaredProxy(declarations);
  return container =>
    isProxy(container) || declarations.some(declaration => needsEnvironment(declaration, container));
}

/** The same for a listing, which tells as well that a container meant for the proxy does not run. */
export function inspectionForListing(declarations: readonly ProxyDeclaration[]): Inspected {
  const needed = inspectionFor(declarations);
  return container =>
    needed(container) || (!isAlive(container) && needed({ ...container, state: 'running' }));
}
