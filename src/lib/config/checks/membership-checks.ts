import { checkFixedAddresses, type KnownNetworks, type Place } from './fixed-address-checks.js';
import { membershipsOf } from '../memberships.js';
import { nearest } from '../nearest.js';
import { declaredNetworks, networkNameFor } from '../network-spec.js';
import type { FairleadConfig, Memberships } from '../schema.js';
import { checkSelector, plainNames } from './selector-checks.js';
import { type SpecProblem, specError, specWarning, suggesting } from '../spec-problem.js';

type Path = SpecProblem['path'];

/** Attachments and the services of apps: whom they mean, and whether their networks are there. */
export function checkMemberships(config: FairleadConfig): SpecProblem[] {
  const known = new Map(declaredNetworks(config).map(network => [network.spec.name, network]));
  return [...checkAttachments(config, known), ...checkApps(config, known)];
}

function checkAttachments(config: FairleadConfig, known: KnownNetworks): SpecProblem[] {
  return config.attachments.flatMap((rule, index) => {
    const path = ['attachments', index];
    const single = rule.select.names?.length === 1 && plainNames(rule.select).length === 1;
    const anywhere = { config, known, path: [...path, 'networks'], single };
    return [
      ...checkSelector(rule.select, [...path, 'select']),
      ...checkNetworks(rule.networks, rule.aliases, anywhere),
      ...checkAliases(rule.aliases, [...path, 'aliases']),
      ...checkProxiesMoved(config, rule.select, [...path, 'select']),
    ];
  });
}

function checkApps(config: FairleadConfig, known: KnownNetworks): SpecProblem[] {
  return Object.entries(config.apps).flatMap(([app, { networks, services }]) => {
    const path = ['apps', app];
    const used = new Set(
      Object.values(services).flatMap(service => membershipsOf(service.networks).map(m => m.network)),
    );
    const unused = Object.keys(networks).filter(key => !used.has(key));
    return [
      ...unused.map(key => specWarning([...path, 'networks', key], `no service of ${app} uses this network`)),
      ...Object.entries(services).flatMap(([service, declared]) => {
        const at = [...path, 'services', service];
        const place = { config, known, app, path: [...at, 'networks'], single: false };
        return [
          ...(declared.select ? checkSelector(declared.select, [...at, 'select']) : []),
          ...checkNetworks(declared.networks, declared.aliases, place),
          ...checkAliases([service], at),
          ...checkAliases(declared.aliases, [...at, 'aliases']),
        ];
      }),
    ];
  });
}

function checkNetworks(
  declared: Memberships,
  aliases: readonly string[] | undefined,
  place: Place,
): SpecProblem[] {
  const memberships = membershipsOf(declared, aliases);
  if (memberships.length === 0)
    return [specWarning(place.path, 'no networks are named, so this does nothing', { lacks: place.path })];
  const seen = new Set<string>();
  return memberships.flatMap((membership, index) => {
    const at = [...place.path, Array.isArray(declared) ? index : membership.network];
    const twice = seen.has(membership.network);
    seen.add(membership.network);
    return [
      ...(twice ? [specWarning(at, `"${membership.network}" is already in this list`)] : []),
      ...checkDeclared(membership.network, at, place),
      ...checkFixedAddresses(membership, at, place),
    ];
  });
}

function checkDeclared(key: string, path: Path, { config, app }: Place): SpecProblem[] {
  if (networkNameFor(config, key, app) !== undefined) return [];
  const own = app === undefined ? [] : Object.keys(config.apps[app]?.networks ?? {});
  const suggestion = nearest(key, [...own, ...Object.keys(config.networks)]);
  const allowed = 'a key under networks; with external: true where someone else makes it';
  return [
    specError(path, `the network "${key}" is declared nowhere`, {
      allowed,
      ...suggesting(suggestion),
      lacks: ['networks', key],
    }),
  ];
}

function checkAliases(aliases: readonly string[] | undefined, path: Path): SpecProblem[] {
  return (aliases ?? []).flatMap(alias => {
    if (/^[a-zA-Z0-9_](?:[a-zA-Z0-9_.-]*[a-zA-Z0-9_])?$/.test(alias) && alias.length <= 253) return [];
    const allowed = 'letters, digits, "-", "_" and "."';
    return [specError(path, `"${alias}" is no name that DNS can answer to`, { allowed })];
  });
}

/** Before Engine 28.0 any further network may take over a proxy's published ports (engine fact E4). */
function checkProxiesMoved(
  config: FairleadConfig,
  select: FairleadConfig['attachments'][number]['select'],
  path: Path,
): SpecProblem[] {
  const proxies = new Set(config.proxies.flatMap(({ container }) => container ?? []));
  return plainNames(select)
    .filter(name => proxies.has(name))
    .map(name => {
      const message = `this also attaches the proxy ${name}; on engines before 28.0 its published ports may move`;
      return specWarning(path, message);
    });
}
