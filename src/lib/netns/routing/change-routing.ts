import type { ContainerProcess } from '../../model/namespace.js';
import type { RoutingChange } from '../../model/routing.js';
import type { OpenNamespace } from '../open-namespace.js';
import type { RunTool } from '../tools.js';
import { describeBatchFailure } from './batch-failure.js';
import { type Batch, batchesOf } from './batches.js';
import { formatChange } from './format-change.js';
import { formatReplies } from './replies.js';
import { type Place, writeReplies } from './write-replies.js';

/** One of the work's processes, or for what comes in a few of them. */
type Work = (place: Place) => Promise<void>;

/**
 * Applies the changes in order. All of them are written out before the first is made: one that cannot be is refused
 * with nothing done. There is no signal: what was begun is finished.
 */
export async function changeRouting(
  run: RunTool,
  within: OpenNamespace,
  container: ContainerProcess,
  changes: readonly RoutingChange[],
): Promise<void> {
  for (const work of batchesOf(changes).map(prepare)) await work({ run, within, container });
}

function prepare(batch: Batch): Work {
  if (batch.of === 'replies') {
    formatReplies(batch.replies);
    return place => writeReplies(place, batch.replies);
  }
  const lines = batch.changes.map(formatChange);
  const args = [batch.of === 'ipv4' ? '-4' : '-6', '-batch', '-'];
  return async ({ run, within, container }) => {
    const result = await run({ tool: 'ip', args, input: `${lines.join('\n')}\n`, within });
    if (result.exitCode !== 0) throw describeBatchFailure(container, lines, result);
  };
}
