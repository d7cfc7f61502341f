import type { Fault } from './problem.js';
import type { Entry, Node, ScalarNode } from './tree.js';

export interface Interpolated {
  readonly root: Node;
  readonly faults: readonly Fault[];
}

/**
 * Puts variables into the text values of a tree, with Compose's notation: `$NAME`, `${NAME}`, `${NAME:-default}`,
 * `${NAME-default}`, `${NAME:?message}`, `${NAME?message}`, `${NAME:+other}`, `${NAME+other}`, and `$$` for a
 * dollar sign. It is done after parsing: what a variable holds is text and can add no key. A `$` before anything
 * else stays what it is (`re:^vpn$`).
 */
export function interpolate(root: Node, env: NodeJS.ProcessEnv): Interpolated {
  const faults: Fault[] = [];
  const walk = (node: Node): Node => {
    if (node.kind === 'list') return { ...node, items: node.items.map(walk) };
    if (node.kind === 'scalar') return fill(node, env, faults);
    const entries = new Map<string, Entry>();
    for (const [key, entry] of node.entries) entries.set(key, { at: entry.at, node: walk(entry.node) });
    return { ...node, entries };
  };
  return { root: walk(root), faults };
}

function fill(node: ScalarNode, env: NodeJS.ProcessEnv, faults: Fault[]): ScalarNode {
  if (typeof node.value !== 'string' || !node.value.includes('$')) return node;
  const problems: Problem[] = [];
  const value = expand(node.value, env, problems, 0);
  for (const problem of problems) faults.push({ at: node.at, ...problem });
  return value === node.value ? node : { kind: 'scalar', at: node.at, value, interpolated: true };
}

interface Problem {
  readonly message: string;
  readonly allowed?: string;
}

const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const operator = /:?[-?+]/y;
/** `${A:-${B:-…}}`; no config that means something goes further. */
const deepestDefault = 10;

function expand(text: string, env: NodeJS.ProcessEnv, problems: Problem[], depth: number): string {
  let filled = '';
  let at = 0;
  for (;;) {
    const dollar = text.indexOf('$', at);
    if (dollar < 0) return filled + text.slice(at);
    filled += text.slice(at, dollar);
    const next = text[dollar + 1];
    const bare = matchAt(name, text, dollar + 1);
    if (next === '$') {
      filled += '$';
      at = dollar + 2;
    } else if (next === '{') {
      const end = closing(text, dollar + 2);
      filled += braced(end < 0 ? undefined : text.slice(dollar + 2, end), env, problems, depth);
      at = end < 0 ? text.length : end + 1;
    } else if (bare !== undefined) {
      filled += valueOf(bare, env, problems);
      at = dollar + 1 + bare.length;
    } else {
      filled += '$';
      at = dollar + 1;
    }
  }
}

function matchAt(pattern: RegExp, text: string, index: number): string | undefined {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0];
}

/** The brace that closes one opened just before `from`; -1 if none does. */
function closing(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '{' && text[at - 1] === '$') depth += 1;
    else if (text[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

const notation = '${NAME}, ${NAME:-default}, ${NAME:?message}, ${NAME:+other}, or $$ for a dollar sign';

function braced(
  inside: string | undefined,
  env: NodeJS.ProcessEnv,
  problems: Problem[],
  depth: number,
): string {
  const variable = inside === undefined ? undefined : matchAt(name, inside, 0);
  if (inside === undefined || variable === undefined || depth > deepestDefault)
    return refuse(
      problems,
      inside === undefined ? '"${" is not closed' : `"\${${inside}}" names no variable`,
    );
  if (variable.length === inside.length) return valueOf(variable, env, problems);
  const sign = matchAt(operator, inside, variable.length);
  if (sign === undefined) return refuse(problems, `"\${${inside}}" is no way to name a variable`);
  const word = inside.slice(variable.length + sign.length);
  const value = env[variable];
  const given = value !== undefined && !(sign.startsWith(':') && value === '');
  if (sign.endsWith('+')) return given ? expand(word, env, problems, depth + 1) : '';
  if (given) return value;
  if (sign.endsWith('-')) return expand(word, env, problems, depth + 1);
  problems.push({ message: `the variable ${variable} must be set${word === '' ? '' : `: ${word}`}` });
  return '';
}

/** Compose makes an unset variable empty and warns. A network with a piece of its name missing is worse than none. */
function valueOf(variable: string, env: NodeJS.ProcessEnv, problems: Problem[]): string {
  const value = env[variable];
  if (value !== undefined) return value;
  const allowed = `set it, or give a default: \${${variable}:-value}`;
  problems.push({ message: `the variable ${variable} is not set`, allowed });
  return '';
}

function refuse(problems: Problem[], message: string): string {
  problems.push({ message, allowed: notation });
  return '';
}
