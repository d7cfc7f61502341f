import { type Container, isAlive } from '../../model/container.js';
import { escapeText } from '../../model/escape.js';
import { namespaceState } from '../../model/kernel-view.js';
import type { Finding } from '../../model/plan.js';
import type { World } from '../../model/world.js';

/**
 * Whether a container that shares another one's namespace may be left in one that is nobody's any more: a restart gives
 * the other a new namespace, and whoever was in the old one stays there with nothing but a loopback (kernel facts 10).
 * Nobody can join a container that does not run, so who runs for longer than it was there before the restart.
 */
export function mayBeOrphaned(member: Container, owner: Container): boolean {
  if (member.id === owner.id || !isAlive(member) || !isAlive(owner)) return false;
  if (member.reading.read !== 'details' || owner.reading.read !== 'details') return false;
  const [since, ownerSince] = [member, owner].map(startOf);
  return since !== undefined && ownerSince !== undefined && since < ownerSince;
}

/** Members that are not in the namespace of the one they share it with. A clock may have been set back: the kernel tells. */
export function orphansAmong(
  members: readonly Container[],
  owner: Container,
  { kernel }: Pick<World, 'kernel'>,
): Finding[] {
  const inodeOf = ({ id }: Container): number | undefined => namespaceState(kernel, id)?.inode;
  const own = inodeOf(owner);
  const isOther = (inode: number | undefined): boolean =>
    own !== undefined && inode !== undefined && inode !== own;
  return members
    .filter(member => mayBeOrphaned(member, owner))
    .filter(member => isOther(inodeOf(member)))
    .map(({ name }) => ({
      find: 'refused',
      job: 'warps',
      container: name,
      reason: `has no network: it is still in the one that ${escapeText(owner.name)} had before it was started anew`,
      hints: [`Restart it: docker restart ${name}`],
    }));
}

function startOf({ reading }: Container): number | undefined {
  if (reading.read !== 'details') return undefined;
  const time = Date.parse(reading.details.startedAt);
  return Number.isNaN(time) ? undefined : time;
}
