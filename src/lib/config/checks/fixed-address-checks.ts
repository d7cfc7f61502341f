import { parseAddress } from '../../net/address.js';
import { containsAddress, parsePrefix, type Prefix } from '../../net/prefix.js';
import type { Membership } from '../memberships.js';
import { type DeclaredNetwork, networkNameFor } from '../network-spec.js';
import type { FairleadConfig } from '../schema.js';
import { type SpecProblem, specError, specWarning, suggesting } from '../spec-problem.js';

type Path = SpecProblem['path'];

/** The declared networks by the names they have on the engine. */
export type KnownNetworks = ReadonlyMap<string, DeclaredNetwork>;

/** The rule or service that memberships are part of. */
export interface Place {
  readonly config: FairleadConfig;
  readonly known: KnownNetworks;
  readonly app?: string;
  readonly path: Path;
  /** True where the rule can only mean one container, which may then have an address of its own. */
  readonly single: boolean;
}

/** The addresses a membership asks for. */
export function checkFixedAddresses(membership: Membership, path: Path, place: Place): SpecProblem[] {
  return [...checkAddress(membership, 'ipv4', path, place), ...checkAddress(membership, 'ipv6', path, place)];
}

function checkAddress(
  membership: Membership,
  family: 'ipv4' | 'ipv6',
  path: Path,
  { config, known, app, single }: Place,
): SpecProblem[] {
  const text = membership[family];
  if (text === undefined) return [];
  const at = [...path, `${family}_address`];
  const reading = parseAddress(text);
  if (!reading.ok) return [specError(at, `"${text}" ${reading.why}`, suggesting(reading.suggestion))];
  if (reading.address.family !== (family === 'ipv4' ? 4 : 6))
    return [specError(at, `${reading.address.text} is no ${family === 'ipv4' ? 'IPv4' : 'IPv6'} address`)];
  const problems: SpecProblem[] = [];
  if (!single && app === undefined) {
    const allowed = 'select.names with one plain name';
    problems.push(
      specWarning(at, 'only one container can have a fixed address, and this rule may mean several', {
        allowed,
      }),
    );
  }
  const subnets = subnetsOf(known.get(networkNameFor(config, membership.network, app) ?? ''));
  if (subnets && !subnets.some(subnet => containsAddress(subnet, reading.address))) {
    const message =
      subnets.length === 0
        ? `"${membership.network}" declares no subnet, and engines before 29 then refuse fixed addresses`
        : `${reading.address.text} is in no subnet of "${membership.network}"`;
    problems.push(specError(at, message));
  }
  return problems;
}

/** The declared subnets of a network that Fairlead makes; undefined for one that it does not know. */
function subnetsOf(declared: DeclaredNetwork | undefined): Prefix[] | undefined {
  if (!declared || declared.external || declared.spec.configFrom !== undefined) return undefined;
  return (declared.spec.ipam?.pools ?? []).flatMap(({ subnet }) => {
    const reading = parsePrefix(subnet ?? '');
    return reading.ok ? [reading.prefix] : [];
  });
}
