import { configSchema, type FairleadConfig } from './schema.js';
import { readIssue } from './shape-faults.js';
import type { Fault } from './source/problem.js';
import { edited, pathInFile } from './source/edit.js';
import { follow, type Node, type Path, type ScalarNode, valueOf } from './source/tree.js';

export interface Shaped {
  /** What of the file has the right shape; absent where nothing is left. */
  readonly config?: FairleadConfig;
  /** The tree that the config was made from. */
  readonly root: Node;
  readonly faults: readonly Fault[];
  /** Where something was taken out, by the paths of the file. */
  readonly removed: readonly Path[];
}

/** More rounds than any file takes: each takes out what the one before found. */
const mostRounds = 20;

/**
 * Reads a tree as a config. What has the wrong shape is told and taken out, so that the checks can go on with the
 * rest and a file with twenty mistakes is told all twenty.
 */
export function readShape(given: Node): Shaped {
  let root = castInterpolated(given);
  const faults: Fault[] = [];
  const removed: Path[] = [];
  for (let round = 0; round < mostRounds; round += 1) {
    const result = configSchema.safeParse(valueOf(root));
    if (result.success) return { config: result.data, root, faults, removed };
    const found = result.error.issues.map(issue => readIssue(issue, root));
    // A later round finds only what the taking out itself has caused.
    if (round === 0) faults.push(...found.flatMap(({ faults: told }) => told));
    if (found.some(({ remove }) => remove.some(path => path.length === 0))) break;
    const wrong = found.flatMap(({ remove }) => remove);
    removed.push(...wrong.map(path => pathInFile(root, path)));
    root = edited(
      root,
      wrong.map(path => ({ path })),
    );
  }
  return { root, faults, removed };
}

/**
 * `internal: ${INTERNAL:-true}` means the boolean: where a variable was put in and the schema wants another kind
 * of value, the text is read as that kind, as Compose does.
 */
function castInterpolated(root: Node): Node {
  const result = configSchema.safeParse(valueOf(root));
  if (result.success) return root;
  const casts = result.error.issues.flatMap(issue => {
    if (issue.code !== 'invalid_type') return [];
    const path = issue.path as Path;
    const node = follow(root, path)?.node;
    const cast = node?.kind === 'scalar' && node.interpolated ? castTo(issue.expected, node) : undefined;
    return cast ? [{ path, node: cast }] : [];
  });
  return edited(root, casts);
}

function castTo(expected: string, node: ScalarNode): ScalarNode | undefined {
  const text = String(node.value);
  if (expected === 'boolean' && /^(?:true|false)$/.test(text)) return { ...node, value: text === 'true' };
  if ((expected === 'number' || expected === 'int') && /^-?\d{1,15}$/.test(text))
    return { ...node, value: Number(text) };
  return undefined;
}
