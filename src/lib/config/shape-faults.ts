import * as z from 'zod';
import { nearest } from './nearest.js';
import { renamedKey } from './renamed-keys.js';
import { configSchema } from './schema.js';
import { descriptionAt, keysAt, schemasAt } from './schema-walk.js';
import { exampleAt } from './shape-example.js';
import { describe, mismatch, shortened, wordFor } from './shape-words.js';
import type { Fault } from './source/problem.js';
import { follow, type Node, type Path, pathText, placeOf } from './source/tree.js';

type Issue = z.core.$ZodIssue;

export interface IssueReading {
  readonly faults: readonly Fault[];
  /** What to take out so that the rest has the right shape. */
  readonly remove: readonly Path[];
}

/** One of zod's issues in our words, at its place. */
export function readIssue(issue: Issue, root: Node, parent: Path = []): IssueReading {
  const path = [...parent, ...(issue.path as Path)];
  if (issue.code === 'unrecognized_keys') return readUnknownKeys(issue.keys, root, path);
  if (issue.code === 'invalid_union') return readUnion(issue, root, path);
  const found = follow(root, path);
  // What is missing cannot be taken out; what it is missing from can.
  const remove = [found ? path : path.slice(0, -1)];
  const at = placeOf(root, path);
  if (!found) return { faults: [missing(root, path, expectedIn(issue))], remove };
  const asText = issue.code === 'invalid_type' && issue.expected === 'string';
  const words = asText ? describeNoText(found.node, path) : undefined;
  return { faults: [{ at, path, ...(words ?? describe(issue, found.node, path)) }], remove };
}

/** Of a number where a duration is wanted quotes are not what is missing: what would be wrong with the text is told. */
function describeNoText(node: Node, path: Path): Omit<Fault, 'at' | 'path'> | undefined {
  if (node.kind !== 'scalar' || node.value === null) return undefined;
  const text = node.written ?? String(node.value);
  const results = schemasAt(configSchema, path).map(schema => z.safeParse(schema, text));
  const [wrong] = results.flatMap(({ error }) => error?.issues ?? []);
  return wrong && !results.some(({ success }) => success) ? describe(wrong, node, path) : undefined;
}

/** The first part of a sentence, as it stands within another. */
function inSentence(sentence: string): string {
  const [part = ''] = sentence.split(/[.:]/);
  return part.charAt(0).toLowerCase() + part.slice(1);
}

/** A key that has to be there, with what it is for. */
function missing(root: Node, path: Path, expected: string): Fault {
  const parent = path.slice(0, -1);
  const purpose = descriptionAt(configSchema, path);
  const where = parent.length === 0 ? '' : ` in ${pathText(parent)}`;
  const what = purpose === undefined ? '' : `: ${inSentence(purpose)}`;
  const kind = expected === 'object' ? 'map' : expected === 'array' ? 'list' : undefined;
  const example = kind && exampleAt(path, kind);
  return {
    at: placeOf(root, path),
    path,
    message: `"${pathText(path.slice(-1))}" is missing${where}${what}`,
    ...(example ? { example } : { allowed: wordFor(expected) }),
  };
}

function expectedIn(issue: Issue): string {
  return issue.code === 'invalid_type' ? issue.expected : 'a value';
}

/** Of several shapes the one that was meant: whose kind the value has. */
function readUnion(issue: z.core.$ZodIssueInvalidUnion, root: Node, path: Path): IssueReading {
  const isOtherKind = (branch: readonly Issue[]): boolean =>
    branch.some(({ code, path: inside }) => code === 'invalid_type' && inside.length === 0);
  const meantBranch = issue.errors.find(branch => !isOtherKind(branch));
  if (meantBranch) {
    const readings = meantBranch.map(inner => readIssue(inner, root, path));
    return {
      faults: readings.flatMap(({ faults }) => faults),
      remove: readings.flatMap(({ remove }) => remove),
    };
  }
  const found = follow(root, path);
  if (!found) return { faults: [missing(root, path, 'array')], remove: [path.slice(0, -1)] };
  const expected = issue.errors.flatMap(branch => branch.map(expectedIn));
  return {
    faults: [{ at: placeOf(root, path), path, ...mismatch(expected, found.node, path) }],
    remove: [path],
  };
}

/** Keys of a Compose file beside `networks`, which both have. */
const composeKeys: ReadonlySet<string> = new Set(['services', 'version', 'volumes', 'secrets', 'configs']);

function readUnknownKeys(keys: readonly string[], root: Node, path: Path): IssueReading {
  const known = keysAt(configSchema, path);
  const remove = keys.map(key => [...path, key]);
  // Compose lets `x-` keys hold what anchors refer to; so do we.
  const faults = keys
    .filter(key => !key.startsWith('x-'))
    .map(key => {
      if (path.length === 0 && composeKeys.has(key)) {
        const message = `unknown key ${JSON.stringify(key)}: this looks like a Compose file, and no config of Fairlead`;
        const allowed = known.filter(name => name !== '$schema').join(', ');
        return { at: placeOf(root, [key], 'key'), path: [key], message, allowed };
      }
      const suggestion = renamedKey(pathText(path), key) ?? nearest(key, known);
      return {
        at: placeOf(root, [...path, key], 'key'),
        path: [...path, key],
        message: `unknown key ${JSON.stringify(shortened(key))}${path.length === 0 ? '' : ` in ${pathText(path)}`}`,
        allowed: known.filter(name => name !== '$schema').join(', '),
        ...(suggestion === undefined ? {} : { suggestion }),
      };
    });
  return { faults, remove };
}
