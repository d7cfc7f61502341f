import { isGlob } from '../../model/glob.js';
import type { Selector } from '../../model/selector.js';
import { type SpecProblem, specError, specWarning, suggesting } from '../spec-problem.js';

type Path = SpecProblem['path'];

const regexPrefix = 're:';
const longestPattern = 200;
/** What a container's or network's name can hold, and the wildcards. */
const nameGlob = /^[a-zA-Z0-9_.*?-]+$/;
/** A repeated group that repeats inside: `(a+)+` takes a time that doubles with every character. */
const runaway = /\([^()]*[+*][^()]*\)[+*{]/;

/** What is wrong with a pattern for names: a name, a glob, or `re:` and a regular expression. */
export function checkNamePattern(pattern: string, path: Path): SpecProblem[] {
  if (pattern.length > longestPattern)
    return [specError(path, `the pattern is longer than ${String(longestPattern)} characters`)];
  if (pattern.startsWith(regexPrefix)) return checkRegex(pattern.slice(regexPrefix.length), path);
  if (nameGlob.test(pattern)) return [];
  const allowed = 'a name, a glob with * and ?, or re: and a regular expression';
  const suggestion =
    /[\^$()|\\[\]+]/.test(pattern) && isRegex(pattern) ? `${regexPrefix}${pattern}` : undefined;
  return [specError(path, `no name can match "${pattern}"`, { allowed, ...suggesting(suggestion) })];
}

function isRegex(source: string): boolean {
  try {
    return new RegExp(source, 'u').source !== '';
  } catch {
    return false;
  }
}

function checkRegex(source: string, path: Path): SpecProblem[] {
  if (source === '') return [specError(path, 'the regular expression after re: is empty')];
  try {
    new RegExp(source, 'u');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [specError(path, `"${source}" is no regular expression: ${why.replace(/^.*\/u?: /, '')}`)];
  }
  if (!runaway.test(source)) return [];
  return [specWarning(path, `"${source}" repeats what repeats itself, which can take very long to match`)];
}

/** What is wrong with a selector. */
export function checkSelector(selector: Selector, path: Path): SpecProblem[] {
  const lists = Object.entries(selector) as [keyof Selector, readonly string[]][];
  if (lists.length === 0) {
    const allowed = 'one of names, labels and env, such as names: [web]';
    return [specError(path, 'an empty selector selects no container', { allowed, lacks: path })];
  }
  return lists.flatMap(([list, entries]) => {
    const at = [...path, list];
    if (entries.length === 0)
      return [specError(at, `an empty list of ${list} selects no container`, { lacks: at })];
    return entries.flatMap((entry, index) =>
      list === 'names' ? checkNamePattern(entry, [...at, index]) : checkEntry(entry, list, [...at, index]),
    );
  });
}

function checkEntry(entry: string, list: 'labels' | 'env', path: Path): SpecProblem[] {
  const cut = entry.indexOf('=');
  const key = cut < 0 ? entry : entry.slice(0, cut);
  if (key === '') return [specError(path, `"${entry}" has no key`, { allowed: 'KEY, KEY=VALUE or a glob' })];
  if (key !== key.trim() || /\s/.test(key))
    return [
      specError(path, `no key can match "${key}", which has a space`, suggesting(entry.replace(/\s+/g, ''))),
    ];
  if (list === 'env' && !/^[a-zA-Z0-9_.*?-]+$/.test(key))
    return [specWarning(path, `"${key}" is an unusual name for a variable`)];
  return [];
}

/** The names a selector means when it says nothing but names, none of them a pattern. */
export function plainNames({ names, labels, env }: Selector): readonly string[] {
  if (labels || env) return [];
  return (names ?? []).filter(name => !isGlob(name) && !name.startsWith(regexPrefix));
}
