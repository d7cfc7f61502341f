import type { FairleadConfig } from '../config/schema.js';
import type { Selector } from '../model/selector.js';

/** A reverse proxy as its owner declares it. */
export interface ProxyDeclaration {
  /** Name or ID of the proxy's container. */
  readonly container: string;
  /** What makes a container one to route to: any label or any variable. */
  readonly routable: Selector;
  /** Which networks without a routable container it leaves: those Fairlead joined, any, or none. */
  readonly leave: 'joined' | 'any' | 'never';
}

export const defaultProxyName = 'http-proxy';

/** nginx-proxy's and Traefik's conventions. */
export const defaultRoutable: Selector = { env: ['VIRTUAL_HOST'], labels: ['traefik.*'] };

export function proxyDeclaration(
  container: string,
  leave: ProxyDeclaration['leave'] = 'joined',
): ProxyDeclaration {
  return { container, routable: defaultRoutable, leave };
}

/** The proxies of a config. */
export function proxyDeclarations(config: FairleadConfig): ProxyDeclaration[] {
  return config.proxies.flatMap(({ container, leave, routable }) =>
    container === undefined ? [] : [{ ...proxyDeclaration(container, leave), ...(routable && { routable }) }],
  );
}
