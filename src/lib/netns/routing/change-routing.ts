import { ExitCode } from '../../model/errors.js';
import { escapeLine } from '../../model/escape.js';
import type { ContainerProcess } from '../../model/namespace.js';
import type { RoutingChange } from '../../model/routing.js';
import { KernelError } from '../kernel-error.js';
import type { OpenNamespace } from '../open-namespace.js';
import type { RunTool } from '../tools.js';
import { describeBatchFailure } from './batch-failure.js';
import { type Batch, batchesOf } from './batches.js';
import { formatChange } from './format-change.js';
import { formatReplies } from './replies.js';

interface Prepared {
  readonly tool: 'ip' | 'nft';
  readonly args: readonly string[];
  readonly lines: readonly string[];
  readonly input: string;
}

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
  for (const { tool, args, input, lines } of batchesOf(changes).map(prepare)) {
    const result = await run({ tool, args, input, within });
    if (result.exitCode === 0) continue;
    if (tool === 'ip') throw describeBatchFailure(container, lines, result);
    const name = escapeLine(container.name);
    throw new KernelError(
      'refused',
      `Could not mark the replies of container ${name}: ${escapeLine(result.stderr)}.`,
      { exit: ExitCode.failed, hints: ['Does this kernel have nf_tables and nft_ct? `lsmod` tells.'] },
    );
  }
}

function prepare(batch: Batch): Prepared {
  if (batch.of === 'replies') {
    return { tool: 'nft', args: ['-f', '-'], lines: [], input: formatReplies(batch.replies) };
  }
  const lines = batch.changes.map(formatChange);
  const family = batch.of === 'ipv4' ? '-4' : '-6';
  return { tool: 'ip', args: [family, '-batch', '-'], lines, input: `${lines.join('\n')}\n` };
}
