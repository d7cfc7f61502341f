import { isEngineFailure } from '../../docker/failures/engine-error.js';
import type { Engine, IdentifiedNetwork } from '../../docker/engine.js';
import type { Network } from '../../model/network.js';
import type { Member } from '../../model/step.js';
import { removeGhosts } from './remove-ghosts.js';
import { memberRecord, membersOf } from '../../networks/members.js';

/** How often somebody may join while we detach, before it is taken for a fight. */
const mostRounds = 5;

/** Who is on a network and not written down: detached, they would be lost. */
async function unrecorded(engine: Engine, network: Network, members: readonly Member[]): Promise<Member[]> {
  const late: Member[] = [];
  for (const container of membersOf(network, await engine.listContainers())) {
    if (members.some(member => member.container.id === container.id)) continue;
    const details = await engine.inspectContainer(container);
    late.push(memberRecord({ ...container, reading: { read: 'details', details } }, network));
  }
  return late;
}

async function detach(engine: Engine, network: IdentifiedNetwork, members: readonly Member[]): Promise<void> {
  for (const { container } of members) {
    try {
      await engine.disconnect(network, container);
    } catch (error) {
      if (!isEngineFailure(error, 'not-connected', 'not-found')) throw error;
    }
  }
}

/**
 * Detaches the members of a network and removes it, with what is left on it of containers that are no more as far as
 * `ghosts` names it. Nobody is detached who is not written down first: those who join
 * meanwhile are given to `record` and come along. Gives all members there were.
 */
export async function detachAndRemove(
  engine: Engine,
  network: Network,
  recorded: readonly Member[],
  ghosts: readonly string[],
  record: (members: readonly Member[]) => Promise<void>,
): Promise<readonly Member[]> {
  let members = recorded;
  for (let round = 1; ; round += 1) {
    const late = await unrecorded(engine, network, members);
    if (late.length > 0) {
      members = [...members, ...late];
      await record(members);
    }
    if (round === 1 || late.length > 0) {
      await detach(engine, network, round === 1 ? members : late);
      continue;
    }
    try {
      await engine.removeNetwork(network);
      return members;
    } catch (error) {
      if (isEngineFailure(error, 'not-found')) return members;
      if (!isEngineFailure(error, 'in-use') || round >= mostRounds) throw error;
      await removeGhosts(engine, network, ghosts, error);
    }
  }
}
