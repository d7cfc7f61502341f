import { hasIpv4Switch, versionAtLeast } from '../model/engine-info.js';
import { type Network, type NetworkSpec, isEngineNetwork, shortId } from '../model/network.js';
import { managedLabel } from '../model/ownership.js';
import { type Finding, type Plan, joinPlans } from '../model/plan.js';
import type { Step } from '../model/step.js';
import type { World } from '../model/world.js';
import { parsePrefix, overlaps } from '../net/prefix.js';
import { type Drift, compareNetwork } from './compare.js';
import { sortDuplicates } from './duplicates.js';

/** What networks are planned from. */
export interface NetworkWorld extends Pick<World, 'engine' | 'networks'> {
  /** Who is on them; absent where it was not asked for. Without it nothing counts as unused. */
  readonly containers?: World['containers'];
}

function finding(spec: NetworkSpec, part: Omit<Finding, 'job' | 'network'>): Plan {
  return { steps: [], findings: [{ job: 'networks', network: spec.name, ...part }] };
}

function refuse(spec: NetworkSpec, reason: string, hints: readonly string[] = []): Plan {
  return finding(spec, { find: 'refused', reason, ...(hints.length > 0 && { hints }) });
}

/** A local network that takes addresses from the same space, so that the engine would refuse an overlap. */
function sharesAddressSpace(network: Network): boolean {
  return network.scope === 'local' && !network.configOnly && network.ipam.driver === 'default';
}

function overlapWith(spec: NetworkSpec, networks: readonly Network[]): string | undefined {
  for (const pool of spec.ipam?.pools ?? []) {
    const wanted = pool.subnet === undefined ? undefined : parsePrefix(pool.subnet);
    if (!wanted?.ok) continue;
    for (const network of networks.filter(sharesAddressSpace)) {
      for (const { subnet } of network.ipam.pools) {
        const taken = subnet === undefined ? undefined : parsePrefix(subnet);
        if (taken?.ok && overlaps(wanted.prefix, taken.prefix)) {
          return `its subnet ${pool.subnet ?? ''} overlaps ${subnet ?? ''} of network ${network.name}`;
        }
      }
    }
  }
  return undefined;
}

/** What this engine would ignore without a word, or refuse in words that do not help. */
function unsupported(spec: NetworkSpec, { engine }: NetworkWorld): string | undefined {
  if (spec.enableIpv4 === false && !hasIpv4Switch(engine)) {
    return `enable_ipv4: false takes Engine 28.0 or later; ${engine.version} would ignore it`;
  }
  const subnets = (spec.ipam?.pools ?? []).flatMap(pool => pool.subnet ?? []);
  const lacksIpv6Subnet = spec.enableIpv6 === true && !subnets.some(subnet => subnet.includes(':'));
  if (lacksIpv6Subnet && spec.configFrom === undefined && !versionAtLeast(engine.version, '27.0')) {
    return `IPv6 needs an IPv6 subnet of its own on Engine ${engine.version}: it has no default IPv6 pool`;
  }
  return undefined;
}

function planCreation(spec: NetworkSpec, world: NetworkWorld): Plan {
  const cannot = unsupported(spec, world);
  if (cannot !== undefined) return refuse(spec, cannot);
  const overlap = overlapWith(spec, world.networks);
  if (overlap !== undefined) return refuse(spec, overlap, ['Choose a subnet that is free.']);
  const labels = { ...spec.labels, [managedLabel]: 'true' };
  const reason = 'no network of this name exists';
  return {
    steps: [{ do: 'create-network', job: 'networks', spec: { ...spec, labels }, reason }],
    findings: [],
  };
}

function planExisting(spec: NetworkSpec, network: Network): Plan {
  if (isEngineNetwork(network)) return refuse(spec, 'it belongs to the engine itself');
  const drift: Drift = compareNetwork(spec, network);
  if (drift.fields.length > 0) {
    return finding(spec, {
      find: 'drift',
      reason: 'exists otherwise than declared; no engine can change a network in place',
      drift: [...drift.fields, ...drift.labels],
    });
  }
  if (drift.labels.length > 0) {
    return finding(spec, {
      find: 'label-drift',
      reason: 'only labels differ, which no engine can update and nothing depends on',
      drift: drift.labels,
    });
  }
  return finding(spec, { find: 'unchanged', reason: `exists as declared (${shortId(network.id)})` });
}

function planDuplicates(spec: NetworkSpec, matches: readonly Network[], world: NetworkWorld): Plan {
  const duplicates = world.containers && sortDuplicates(matches, world.containers);
  if (!duplicates || duplicates.others.length > 0) {
    const ids = matches.map(({ id }) => shortId(id)).join(', ');
    return refuse(spec, `the name stands for ${String(matches.length)} networks: ${ids}`, [
      'Engines before 25.0 can make two networks of one name. Remove the ones that nothing uses, by ID.',
    ]);
  }
  const removals: Step[] = duplicates.expendable.map(({ id, name }) => ({
    do: 'remove-network',
    job: 'networks',
    network: { id, name },
    reason: `a second network of this name (${shortId(id)}), made at the same moment; nothing is on it`,
  }));
  return joinPlans({ steps: removals, findings: [] }, planExisting(spec, duplicates.survivor));
}

function planNetwork(spec: NetworkSpec, world: NetworkWorld): Plan {
  const matches = world.networks.filter(network => network.name === spec.name);
  const [network, ...others] = matches;
  if (!network) return planCreation(spec, world);
  return others.length > 0 ? planDuplicates(spec, matches, world) : planExisting(spec, network);
}

/** Job 1: what it takes for networks to exist as declared. Nothing that exists is changed. */
export function planNetworks(specs: readonly NetworkSpec[], world: NetworkWorld): Plan {
  return joinPlans(...specs.map(spec => planNetwork(spec, world)));
}
