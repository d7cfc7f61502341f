import { unmatchedFindings } from '../config/unmatched.js';
import { type Container, endpointOn } from '../model/container.js';
import { gatewayMoves } from '../model/gateway-moves.js';
import type { Network } from '../model/network.js';
import type { Finding, Plan } from '../model/plan.js';
import type { World } from '../model/world.js';
import { type Settlement, arbitrate } from './arbitrate.js';
import { type AttachmentOptions, judgeMembership, type Joining } from './judge.js';
import { type Dangling, type Leaving, departuresOf } from './leaving.js';
import { isGoing } from './match.js';
import { bridgedService, interruptions, lateForTraefik } from './notes.js';
import { unreadBecause } from './own.js';
import type { AttachmentRule } from './rules.js';
import { orderedSteps } from './steps.js';
import { summarize } from './summarize.js';
import { type Wanted, claimantsOf, wantedFor } from './wanted.js';

const job = 'attachments';

/** What there is to do and to say, container by container, before they are seen together. */
interface Draft {
  readonly joinings: Joining[];
  readonly leavings: Leaving[];
  readonly dangling: Dangling[];
  readonly findings: Finding[];
  /** Networks that nothing can be attached to: why, and who would be. */
  readonly impossible: Map<string, { readonly why: string; readonly names: string[] }>;
}

/** Rules of which could not be told whether they mean a container that is not on their network. */
function undecidedFindings(container: Container, wanted: Wanted): Finding[] {
  if (container.networkMode.kind !== 'network') return [];
  return [...wanted.undecided]
    .filter(([network]) => !wanted.memberships.has(network) && !endpointOn(container, network))
    .map(([network, rule]) => {
      const reason = `could not tell whether ${rule} means it: ${unreadBecause(container) ?? 'it was not read'}`;
      return { find: 'refused', job, container: container.name, network, reason };
    });
}

function draftFor(
  container: Container,
  wanted: Wanted,
  byName: ReadonlyMap<string, readonly Network[]>,
  world: World,
  options: AttachmentOptions,
  draft: Draft,
): void {
  for (const membership of wanted.memberships.values()) {
    const named = byName.get(membership.networkName) ?? [];
    const verdict = judgeMembership(container, membership, named, world, options);
    if (verdict.is === 'joining') draft.joinings.push(verdict.joining);
    else if (verdict.is === 'settled') draft.findings.push(verdict.finding);
    else {
      const entry = draft.impossible.get(verdict.networkName) ?? { why: verdict.why, names: [] };
      entry.names.push(container.name);
      draft.impossible.set(verdict.networkName, entry);
    }
  }
  const departures = departuresOf(container, wanted, world);
  draft.leavings.push(...departures.leaves);
  draft.dangling.push(...departures.dangling);
  draft.findings.push(...departures.kept, ...undecidedFindings(container, wanted));
  if (wanted.isService) draft.findings.push(...bridgedService(container, world));
}

function gatewayFindings({ joins, leaves }: Settlement, world: World): Finding[] {
  const changes = new Map<Container, { joins: Network[]; leaves: Network[] }>();
  const changesOf = (container: Container): { joins: Network[]; leaves: Network[] } => {
    const known = changes.get(container) ?? { joins: [], leaves: [] };
    changes.set(container, known);
    return known;
  };
  for (const { container, network, replaces } of joins) {
    if (!replaces) changesOf(container).joins.push(network);
  }
  for (const { container, network } of leaves) changesOf(container).leaves.push(network);
  return [...changes].flatMap(([container, moved]) => gatewayMoves({ job, container, ...moved }, world));
}

function settlementFindings({ joins, taken, stranding }: Settlement, world: World): Finding[] {
  return [
    ...interruptions(joins, world),
    ...lateForTraefik(joins),
    ...taken.map(({ joining: { container, network }, reason }): Finding => ({
      find: 'refused',
      job,
      container: container.name,
      network: network.name,
      reason,
    })),
    ...stranding.map(({ container, network }): Finding => ({
      find: 'kept',
      job,
      container: container.name,
      network: network.name,
      reason: 'its last network',
    })),
  ];
}

function impossibleFindings({ impossible }: Draft): Finding[] {
  return [...impossible].map(([network, { why, names }]) => ({
    find: 'refused',
    job,
    network,
    reason: `${why}: ${summarize(names)} cannot be attached`,
  }));
}

/** Services of apps are no news: an app that does not run has none. */
function unmatchedRules(rules: readonly AttachmentRule[], { containers }: World): Finding[] {
  return rules.flatMap(({ title, select }) =>
    select.by === 'selector'
      ? unmatchedFindings({ job, says: title, selector: select.selector }, containers)
      : [],
  );
}

function namesOf(networks: readonly Network[]): Map<string, Network[]> {
  const byName = new Map<string, Network[]>();
  for (const network of networks) byName.set(network.name, [...(byName.get(network.name) ?? []), network]);
  return byName;
}

/**
 * Job 2: containers are on the networks that rules ask for, in addition to their own, and what Fairlead attached and
 * no rule asks for any more is undone. A container that is only created is attached before it starts.
 */
export function planAttachments(
  rules: readonly AttachmentRule[],
  world: World,
  options: AttachmentOptions = {},
): Plan {
  const draft: Draft = { joinings: [], leavings: [], dangling: [], findings: [], impossible: new Map() };
  const byName = namesOf(world.networks);
  const claimants = claimantsOf(rules, world.containers);
  for (const container of world.containers) {
    if (isGoing(container)) continue;
    draftFor(container, wantedFor(container, rules, claimants), byName, world, options, draft);
  }
  const settlement = arbitrate(draft.joinings, draft.leavings, world);
  const rejoined = new Set(settlement.joins.map(({ replaces }) => replaces?.endpoint));
  const dangling = draft.dangling.filter(({ endpoint }) => !rejoined.has(endpoint));
  return {
    steps: orderedSteps(settlement, dangling, world.engine),
    findings: [
      ...gatewayFindings(settlement, world),
      ...settlementFindings(settlement, world),
      ...impossibleFindings(draft),
      ...draft.findings,
      ...unmatchedRules(rules, world),
    ],
  };
}
