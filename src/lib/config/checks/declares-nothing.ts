import type { FairleadConfig } from '../schema.js';
import type { Node } from '../source/tree.js';
import { type SpecProblem, specWarning } from '../spec-problem.js';

const declaring = ['networks', 'attachments', 'apps', 'proxies', 'warp'] as const;

/** Whether a file has no section that declares anything. `networks: {}` is one: it says so on purpose. */
export function declaresNothing(root: Node): boolean {
  return root.kind === 'map' && !declaring.some(key => root.entries.has(key));
}

export const nothingDeclared: SpecProblem = specWarning(
  [],
  'the config declares nothing: a watch that has anything in force refuses it',
  { allowed: `${declaring.join(', ')}; \`networks: {}\`, if nothing is to be declared` },
);

/** Whether a config has anything in force that one that declares nothing would take back. */
export function hasDeclarations({ networks, attachments, apps, proxies, warp }: FairleadConfig): boolean {
  return (
    [networks, apps].some(section => Object.keys(section).length > 0) ||
    [attachments, proxies, warp.routes].some(list => list.length > 0)
  );
}
