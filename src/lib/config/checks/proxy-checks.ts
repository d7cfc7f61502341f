import type { FairleadConfig, ProxyDeclaration } from '../schema.js';
import { checkNamePattern, checkSelector } from './selector-checks.js';
import { type SpecProblem, specError, specWarning } from '../spec-problem.js';

type Path = SpecProblem['path'];

export function checkProxies(config: FairleadConfig): SpecProblem[] {
  const first = new Map<string, number>();
  return config.proxies.flatMap((proxy, index) => {
    const path = ['proxies', index];
    const problems = checkProxy(proxy, path);
    if (proxy.container === undefined) return problems;
    const earlier = first.get(proxy.container);
    first.set(proxy.container, earlier ?? index);
    if (earlier === undefined) return problems;
    const message = `"${proxy.container}" is already proxies[${String(earlier)}]; two rules for one proxy disagree`;
    return [...problems, specError([...path, 'container'], message)];
  });
}

function checkProxy(proxy: ProxyDeclaration, path: Path): SpecProblem[] {
  const { container, select, preset, routable, networks, pinned, aliases, leave } = proxy;
  return [
    ...checkWho(proxy, path),
    ...(container === undefined ? [] : checkNamePattern(container, [...path, 'container'])),
    ...(select ? checkSelector(select, [...path, 'select']) : []),
    ...(routable ? checkSelector(routable, [...path, 'routable']) : []),
    ...checkPreset(preset, routable !== undefined, path),
    ...checkPatterns(networks.allow, [...path, 'networks', 'allow']),
    ...checkPatterns(networks.deny, [...path, 'networks', 'deny']),
    ...checkPatterns(pinned, [...path, 'pinned']),
    ...Object.keys(aliases).flatMap(pattern => checkNamePattern(pattern, [...path, 'aliases', pattern])),
    ...(networks.allow?.length === 0
      ? [specWarning([...path, 'networks', 'allow'], 'an empty list allows no network at all')]
      : []),
    ...(leave === 'never' && pinned.length > 0
      ? [specWarning([...path, 'pinned'], 'with leave: never no network is left anyway')]
      : []),
  ];
}

function checkWho({ container, select }: ProxyDeclaration, path: Path): SpecProblem[] {
  const allowed = 'either container or select';
  if (container === undefined && !select)
    return [specError(path, 'nothing says which container is the proxy', { allowed, lacks: path })];
  if (container !== undefined && select)
    return [specError([...path, 'select'], 'container and select both say which the proxy is', { allowed })];
  return [];
}

function checkPreset(preset: ProxyDeclaration['preset'], hasRoutable: boolean, path: Path): SpecProblem[] {
  if (preset === 'custom' && !hasRoutable)
    return [specError([...path, 'preset'], 'preset: custom needs routable, which says what counts')];
  if (preset !== undefined && preset !== 'custom' && hasRoutable)
    return [specWarning([...path, 'preset'], `routable is given, so preset: ${preset} has no effect`)];
  return [];
}

function checkPatterns(patterns: readonly string[] | undefined, path: Path): SpecProblem[] {
  return (patterns ?? []).flatMap((pattern, index) => checkNamePattern(pattern, [...path, index]));
}
