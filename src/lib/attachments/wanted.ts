import type { Container } from '../model/container.js';
import { canonicalAddress } from '../net/address.js';
import { isGoing, isOneOff, matchRule } from './match.js';
import type { AttachmentOwner, AttachmentRule, RuleMembership } from './rules.js';
import { summarize } from './summarize.js';

/** A network that a container should be on, by all rules that say so. */
export interface WantedMembership {
  readonly networkName: string;
  readonly owner: AttachmentOwner;
  readonly aliases: readonly string[];
  readonly ipv4?: string;
  readonly ipv6?: string;
  /** The rules, and by what they matched. */
  readonly because: readonly string[];
  /** Why the address cannot be meant as it is declared. */
  readonly fault?: string;
}

/** What the rules ask for one container. */
export interface Wanted {
  /** By the name of the network. */
  readonly memberships: ReadonlyMap<string, WantedMembership>;
  /** Networks of rules that may or may not mean it, since it could not be read: nothing there is undone. */
  readonly undecided: ReadonlyMap<string, string>;
  /** True where it is a service of an app. */
  readonly isService: boolean;
}

/** Who a rule with fixed addresses means: an address can be one container's only. */
export type Claimants = ReadonlyMap<AttachmentRule, readonly Container[]>;

function hasAddress({ ipv4, ipv6 }: RuleMembership): boolean {
  return ipv4 !== undefined || ipv6 !== undefined;
}

export function claimantsOf(rules: readonly AttachmentRule[], containers: readonly Container[]): Claimants {
  const addressed = rules.filter(rule => rule.memberships.some(hasAddress));
  const claims = (rule: AttachmentRule, container: Container): boolean =>
    container.networkMode.kind === 'network' &&
    !isGoing(container) &&
    !(rule.owner === 'app' && isOneOff(container)) &&
    typeof matchRule(rule, container) === 'object';
  return new Map(addressed.map(rule => [rule, containers.filter(container => claims(rule, container))]));
}

/** What a rule asks on a network for a container: a one-off is no service, and has neither its name nor address. */
function asked(rule: AttachmentRule, membership: RuleMembership, container: Container): RuleMembership {
  return rule.owner === 'app' && isOneOff(container) ? { network: membership.network } : membership;
}

function crowded(rule: AttachmentRule, { ipv4, ipv6 }: RuleMembership, claimants: Claimants) {
  const address = ipv4 ?? ipv6;
  const names = (claimants.get(rule) ?? []).map(({ name }) => name);
  if (address === undefined || names.length <= 1) return undefined;
  return `only one container can have ${address}, and ${rule.title} means ${summarize(names)}`;
}

function disagreement(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined || canonicalAddress(a) === canonicalAddress(b)) return undefined;
  return `two rules ask for different addresses, ${a} and ${b}`;
}

/** Two rules that ask for the same network are one: what either asks for counts. */
function merge(a: WantedMembership, b: WantedMembership): WantedMembership {
  const ipv4 = a.ipv4 ?? b.ipv4;
  const ipv6 = a.ipv6 ?? b.ipv6;
  const fault = a.fault ?? b.fault ?? disagreement(a.ipv4, b.ipv4) ?? disagreement(a.ipv6, b.ipv6);
  return {
    networkName: a.networkName,
    owner: a.owner === 'app' ? a.owner : b.owner,
    aliases: [...new Set([...a.aliases, ...b.aliases])],
    ...(ipv4 !== undefined && { ipv4 }),
    ...(ipv6 !== undefined && { ipv6 }),
    because: [...new Set([...a.because, ...b.because])],
    ...(fault !== undefined && { fault }),
  };
}

/** What all rules together ask for a container. */
export function wantedFor(
  container: Container,
  rules: readonly AttachmentRule[],
  claimants: Claimants,
): Wanted {
  const memberships = new Map<string, WantedMembership>();
  const undecided = new Map<string, string>();
  let isService = false;
  for (const rule of rules) {
    const match = matchRule(rule, container);
    if (match === 'no') continue;
    if (match === 'unreadable') {
      for (const { network } of rule.memberships) undecided.set(network, rule.title);
      continue;
    }
    isService ||= rule.owner === 'app';
    for (const declared of rule.memberships) {
      const { network, aliases = [], ...addresses } = asked(rule, declared, container);
      const fault = crowded(rule, { network, ...addresses }, claimants);
      const one: WantedMembership = {
        networkName: network,
        owner: rule.owner,
        aliases,
        ...addresses,
        because: [`${rule.title} (${match.matched})`],
        ...(fault !== undefined && { fault }),
      };
      const other = memberships.get(network);
      memberships.set(network, other ? merge(other, one) : one);
    }
  }
  return { memberships, undecided, isService };
}
