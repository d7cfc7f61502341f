import { type ContainerSketch, container, planText } from '../support/world.js';
import type { Container } from '../../src/lib/model/container.js';
import type { World } from '../../src/lib/model/world.js';
import {
  type ProxyDeclaration,
  type ProxySettings,
  proxyDeclaration,
} from '../../src/lib/proxies/declaration.js';
import { planProxies, planProxiesLeave } from '../../src/lib/proxies/plan.js';

export const home = 'kept http-proxy on proxy_default: its home network';

export const proxy = (sketch: ContainerSketch = {}): Container =>
  container('http-proxy', { on: ['proxy_default'], ...sketch });

export const web = (sketch: ContainerSketch = {}): Container =>
  container('web', { on: ['shop'], env: { VIRTUAL_HOST: 'shop.local' }, ...sketch });

/** The plan for http-proxy, declared with these settings. */
export function joins(seen: World, settings: Partial<ProxySettings> = {}): string[] {
  return planText(planProxies([proxyDeclaration('http-proxy', settings)], seen));
}

/** The plan for http-proxy that undoes its joins. */
export function leaves(seen: World, settings: Partial<ProxySettings> = {}): string[] {
  return planText(planProxiesLeave([proxyDeclaration('http-proxy', settings)], seen));
}

export function plans(seen: World, ...declarations: readonly ProxyDeclaration[]): string[] {
  return planText(planProxies(declarations, seen));
}
