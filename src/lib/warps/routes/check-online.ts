import { nearest } from '../../config/nearest.js';
import { networkNameFor } from '../../config/network-spec.js';
import type { FairleadConfig, RouteDeclaration } from '../../config/schema.js';
import { type SpecProblem, specWarning, suggesting } from '../../config/spec-problem.js';
import type { Container } from '../../model/container.js';
import type { Network } from '../../model/network.js';
import { matchesName, select } from '../../model/selector.js';
import { namespaceOwner } from './namespace-owner.js';
import { sharedNetwork } from './shared-network.js';

type Path = SpecProblem['path'];

/** What is on an engine, as its lists tell. */
interface Observed {
  readonly containers: readonly Container[];
  readonly networks: readonly Network[];
}

/** A name that nobody has is a slip, or of a container that is yet to come: it is no error. */
function unknownNames({ target, via }: RouteDeclaration, path: Path, containers: readonly Container[]) {
  const names = containers.map(({ name }) => name);
  const isThere = (pattern: string): boolean => names.some(name => matchesName(pattern, name));
  const warn = (name: string, at: Path): SpecProblem =>
    specWarning(at, `there is no container "${name}" at present`, suggesting(nearest(name, names)));
  return [
    ...(target.names ?? []).flatMap((pattern, index) =>
      isThere(pattern) ? [] : [warn(pattern, [...path, 'target', 'names', index])],
    ),
    ...(names.includes(via) ? [] : [warn(via, [...path, 'via'])]),
  ];
}

/** Whether the config itself may put a container on further networks. */
function mayBeAttached(container: Container, { attachments, apps }: FairleadConfig): boolean {
  const services = Object.values(apps).flatMap(app => Object.entries(app.services));
  return (
    attachments.some(rule => select(rule.select, container) !== 'no') ||
    services.some(([name, service]) =>
      service.select
        ? select(service.select, container) !== 'no'
        : Object.values(container.labels).includes(name),
    )
  );
}

/** Why a target cannot reach its warp on the networks that both are on. */
function apart(route: RouteDeclaration, path: Path, config: FairleadConfig, seen: Observed): SpecProblem[] {
  const warp = seen.containers.find(({ name }) => name === route.via);
  const far = warp && namespaceOwner(warp, seen.containers);
  if (!warp || !far || !('owner' in far) || far.owner.networkMode.kind === 'host') return [];
  const asked = route.network && (networkNameFor(config, route.network) ?? route.network);
  for (const target of seen.containers) {
    const match = select(route.target, target);
    const near = namespaceOwner(target, seen.containers);
    if (typeof match === 'string' || !('owner' in near) || near.owner.networkMode.kind === 'host') continue;
    if ([near.owner, far.owner].some(each => mayBeAttached(each, config))) continue;
    const wanted =
      asked ?? target.labels[config.warp.network_label] ?? warp.labels[config.warp.network_label];
    const choice = sharedNetwork(
      { name: target.name, owner: near.owner },
      { name: warp.name, owner: far.owner },
      wanted,
      seen.networks,
    );
    if ('refusal' in choice) return [specWarning(path, `${target.name} ${choice.refusal.reason} at present`)];
  }
  return [];
}

/** What of the routes of a config would be refused, or mean nobody, on this engine as it is now. */
export function checkRoutesAgainstEngine(config: FairleadConfig, seen: Observed): SpecProblem[] {
  return config.warp.routes.flatMap((route, index) => {
    const path: Path = ['warp', 'routes', index];
    return [...unknownNames(route, path, seen.containers), ...apart(route, path, config, seen)];
  });
}
