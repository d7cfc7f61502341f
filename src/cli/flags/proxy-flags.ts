import { Flags } from '@oclif/core';
import { checkNamePattern, checkSelector } from '../../lib/config/checks/selector-checks.js';
import type { FairleadConfig } from '../../lib/config/schema.js';
import type { SpecProblem } from '../../lib/config/spec-problem.js';
import { UsageError } from '../../lib/model/errors.js';
import type { Selector } from '../../lib/model/selector.js';
import {
  type ProxyDeclaration,
  type ProxySettings,
  defaultProxyName,
  proxyDeclaration,
  proxyDeclarations,
} from '../../lib/proxies/declaration.js';
import { conventionsFor } from '../../lib/proxies/presets.js';

const repeatable = { multiple: true, multipleNonGreedy: true } as const;

export const gatewayMoveFlag = Flags.option({
  options: ['warn', 'skip'] as const,
  summary: 'Before what would move published ports to another network: warn (the default), or not do it.',
})();

/** What decides on which networks a proxy belongs: the same for doing it and for listing it. */
export const proxyFlags = {
  leave: Flags.option({
    options: ['joined', 'any', 'never'] as const,
    summary: 'Which networks without a routable container to leave (joined: those that Fairlead joined).',
  })(),
  preset: Flags.option({
    options: ['traefik', 'nginx-proxy', 'caddy', 'custom'] as const,
    summary: 'By whose conventions containers are routable; without it nginx-proxy’s and Traefik’s.',
  })(),
  'routable-env': Flags.string({
    ...repeatable,
    summary:
      'A variable that makes a container routable, instead of the conventions: KEY, KEY=VALUE or globs.',
    helpValue: 'ENTRY',
  }),
  'routable-label': Flags.string({
    ...repeatable,
    summary: 'A label that makes a container routable, likewise.',
    helpValue: 'ENTRY',
  }),
  network: Flags.string({
    ...repeatable,
    summary: 'Join only networks whose name matches this, a name or a glob.',
    helpValue: 'GLOB',
  }),
  'exclude-network': Flags.string({
    ...repeatable,
    summary: 'Never join networks whose name matches this; one that Fairlead joined is left.',
    helpValue: 'GLOB',
  }),
  'on-gateway-move': gatewayMoveFlag,
};

interface ProxyFlagValues {
  readonly leave?: ProxySettings['leave'] | undefined;
  readonly preset?: 'traefik' | 'nginx-proxy' | 'caddy' | 'custom' | undefined;
  readonly 'routable-env'?: string[] | undefined;
  readonly 'routable-label'?: string[] | undefined;
  readonly network?: string[] | undefined;
  readonly 'exclude-network'?: string[] | undefined;
  readonly 'on-gateway-move'?: ProxySettings['onGatewayMove'] | undefined;
}

function routableFrom(flags: ProxyFlagValues): Selector | undefined {
  const { 'routable-env': env, 'routable-label': labels } = flags;
  return env || labels ? { ...(env && { env }), ...(labels && { labels }) } : undefined;
}

/** What the flags say and cannot mean; a sentence each. */
function problemsOf(flags: ProxyFlagValues, routable: Selector | undefined): string[] {
  const { preset, network = [], 'exclude-network': excluded = [] } = flags;
  const wrong: SpecProblem[] = [
    ...(routable ? checkSelector(routable, []) : []),
    ...[...network, ...excluded].flatMap(pattern => checkNamePattern(pattern, [])),
  ];
  const named = preset !== undefined && preset !== 'custom';
  return [
    ...(routable && named
      ? [`--preset ${preset} has no effect beside --routable-env and --routable-label.`]
      : []),
    ...(preset === 'custom' && !routable
      ? ['--preset custom takes --routable-env or --routable-label, which say what counts.']
      : []),
    ...wrong.filter(({ severity }) => severity === 'error').map(({ message }) => `${message}.`),
  ];
}

/** What the flags declare of a proxy; what is not given is as it is without flags. */
export function settingsFrom(flags: ProxyFlagValues): Partial<ProxySettings> {
  const routable = routableFrom(flags);
  const [first, ...more] = problemsOf(flags, routable);
  if (first !== undefined) throw new UsageError(first, more);
  const { leave, preset, network: allow, 'exclude-network': deny, 'on-gateway-move': onGatewayMove } = flags;
  return {
    ...(leave && { leave }),
    ...((preset ?? routable) && { conventions: conventionsFor(preset, routable) }),
    ...((allow ?? deny) && { networks: { ...(allow && { allow }), ...(deny && { deny }) } }),
    ...(onGatewayMove && { onGatewayMove }),
  };
}

/** The declaration of the config for exactly this name, or that of a proxy without one. */
function declarationFor(name: string, declared: readonly ProxyDeclaration[]): ProxyDeclaration {
  return declared.find(({ who }) => 'named' in who && who.named === name) ?? proxyDeclaration(name);
}

/**
 * The proxies named on the command line, or those of the config, or the one with the default name. A name means that
 * one container, never a pattern. What flags say counts before what the config says.
 */
export function chooseProxies(
  names: readonly unknown[],
  settings: Partial<ProxySettings>,
  config: Pick<FairleadConfig, 'proxies'>,
): ProxyDeclaration[] {
  const declared = proxyDeclarations(config);
  const wanted = [...new Set(names.map(String))];
  if (wanted.length === 0 && declared.length > 0) {
    return declared.map(declaration => ({ ...declaration, ...settings }));
  }
  return (wanted.length > 0 ? wanted : [defaultProxyName]).map(name => ({
    ...declarationFor(name, declared),
    ...settings,
  }));
}
