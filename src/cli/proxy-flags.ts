import { Flags } from '@oclif/core';
import { type ProxyDeclaration, defaultProxyName, proxyDeclaration } from '../lib/proxies/declaration.js';

const leaveChoices = ['joined', 'any', 'never'] as const;

export const leaveFlag = Flags.option({
  options: leaveChoices,
  summary: 'Which networks without a routable container to leave (joined: those that Fairlead joined).',
})();

/** The proxies named on the command line, or the default one. */
export function declarationsFrom(
  names: readonly unknown[],
  leave?: ProxyDeclaration['leave'],
): ProxyDeclaration[] {
  const wanted = names.length > 0 ? [...new Set(names.map(String))] : [defaultProxyName];
  return wanted.map(name => proxyDeclaration(name, leave));
}
