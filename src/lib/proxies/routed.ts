import type { World } from '../model/world.js';
import type { Container } from '../model/container.js';
import type { ProxyDeclaration } from './declaration.js';
import { judge } from './routable.js';

/** The containers that some proxy routes to, whatever network that is on. */
export function routedBy(declarations: readonly ProxyDeclaration[], { containers }: World): Container[] {
  return containers.filter(container =>
    declarations.some(declaration => judge(declaration, container).is === 'routable'),
  );
}
