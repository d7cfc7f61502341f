import type { Container, EndpointSettings } from '../model/container.js';
import { type EngineInfo, hasGatewayPriority } from '../model/engine-info.js';
import { lowestPriority } from '../model/gateway-moves.js';
import { ownerOption } from '../model/ownership.js';
import { type Connect, type ContainerRef, type Disconnect, type Step, networkRef } from '../model/step.js';
import { addressesOf } from './addresses.js';
import type { Settlement } from './arbitrate.js';
import type { Joining } from './judge.js';
import type { Dangling, Leaving } from './leaving.js';
import { summarize } from './summarize.js';
import type { WantedMembership } from './wanted.js';

const job = 'attachments';

function refOf({ id, name }: Container): ContainerRef {
  return { id, name };
}

function settingsOf({ owner, aliases, ipv4, ipv6 }: WantedMembership, engine: EngineInfo): EndpointSettings {
  return {
    ...(aliases.length > 0 && { aliases }),
    ...(ipv4 !== undefined && { ipv4 }),
    ...(ipv6 !== undefined && { ipv6 }),
    driverOptions: { [ownerOption]: owner },
    ...(hasGatewayPriority(engine) && { gatewayPriority: lowestPriority }),
  };
}

function connectStep({ container, network, wanted }: Joining, engine: EngineInfo): Connect {
  return {
    do: 'connect',
    job,
    network: networkRef(network),
    container: refOf(container),
    endpoint: settingsOf(wanted, engine),
    reason: summarize(wanted.because),
  };
}

function mendStep({ container, network, replaces }: Joining): Disconnect[] {
  if (!replaces) return [];
  const step = { do: 'disconnect', job, container: refOf(container) } as const;
  if (replaces.stale) {
    const reason = 'its entry refers to a network of this name that is gone';
    return [{ ...step, network: { name: network.name }, stale: true, reason }];
  }
  const fields = replaces.drift.map(({ field, declared }) => `${field} ${declared}`).join(', ');
  return [{ ...step, network: networkRef(network), reason: `to connect it again with ${fields}` }];
}

function leaveStep({ container, network }: Leaving): Disconnect {
  const reason = 'attached by Fairlead, and no rule asks for it any more';
  return { do: 'disconnect', job, network: networkRef(network), container: refOf(container), reason };
}

function healStep({ container, endpoint }: Dangling): Disconnect {
  return {
    do: 'disconnect',
    job,
    network: { name: endpoint.networkName },
    container: refOf(container),
    stale: true,
    reason: 'the network it refers to is gone, and with it the container cannot start',
  };
}

/**
 * The order of a plan's steps: what cannot stay, then what gives up an address that another one gets, then
 * connections, those with a fixed address first, lest the engine gives it to one without; leaving comes last.
 */
export function orderedSteps(
  { joins, leaves, standsInTheWay }: Settlement,
  dangling: readonly Dangling[],
  engine: EngineInfo,
): Step[] {
  const goesFirst = ({ container, network }: Joining | Leaving): boolean =>
    standsInTheWay(container, network.id);
  const isFixed = ({ wanted }: Joining): boolean => addressesOf(wanted).length > 0;
  const ordered = [...joins.filter(isFixed), ...joins.filter(joining => !isFixed(joining))];
  return [
    ...dangling.map(healStep),
    ...leaves.filter(goesFirst).map(leaveStep),
    ...ordered.filter(goesFirst).flatMap(mendStep),
    ...ordered.flatMap(joining => [
      ...(goesFirst(joining) ? [] : mendStep(joining)),
      connectStep(joining, engine),
    ]),
    ...leaves.filter(leave => !goesFirst(leave)).map(leaveStep),
  ];
}
