import type { Container, ContainerDetails } from './container.js';
import { matchesGlob } from './glob.js';

/**
 * Which containers are meant. An entry of `names` is a name or a glob, or `re:` and a regular expression; an
 * entry of `labels` and `env` is a key, `key=value`, or a glob over either. Any entry within a list, all lists
 * that are given.
 */
export interface Selector {
  readonly names?: readonly string[];
  readonly labels?: readonly string[];
  readonly env?: readonly string[];
}

/** The entry that matched, as `key=value`; `unreadable` where it would take an environment that was not read. */
export type Match = { readonly matched: string } | 'no' | 'unreadable';

const regexPrefix = 're:';

/** Whether a container's name matches a pattern: a glob, or `re:` and a regular expression (config checks it). */
export function matchesName(pattern: string, name: string): boolean {
  return pattern.startsWith(regexPrefix)
    ? new RegExp(pattern.slice(regexPrefix.length), 'u').test(name)
    : matchesGlob(pattern, name);
}

/**
 * The first `key=value` of a map that an entry matches. An entry without `=` asks for a key with any value but
 * the empty one: `VIRTUAL_HOST=` switches a container off.
 */
export function matchEntry(
  entries: readonly string[],
  values: Readonly<Record<string, string>>,
): string | undefined {
  for (const entry of entries) {
    const cut = entry.indexOf('=');
    const keyPattern = cut < 0 ? entry : entry.slice(0, cut);
    const valuePattern = cut < 0 ? '?*' : entry.slice(cut + 1);
    for (const [key, value] of Object.entries(values)) {
      if (matchesGlob(keyPattern, key) && matchesGlob(valuePattern, value)) return `${key}=${value}`;
    }
  }
  return undefined;
}

/** Whether an entry names a label key that is there, whatever its value: a label without value is a switch. */
export function matchLabel(
  entries: readonly string[],
  labels: Readonly<Record<string, string>>,
): string | undefined {
  for (const entry of entries) {
    if (entry.includes('=')) {
      const found = matchEntry([entry], labels);
      if (found !== undefined) return found;
      continue;
    }
    const key = Object.keys(labels).find(label => matchesGlob(entry, label));
    if (key !== undefined) return labels[key] === '' ? key : `${key}=${labels[key] ?? ''}`;
  }
  return undefined;
}

type Environment = ContainerDetails['environment'];

function environmentOf({ reading }: Container): Environment | undefined {
  return reading.read === 'details' ? reading.details.environment : undefined;
}

function matchEnvironment(entries: readonly string[], environment: Environment | undefined): Match {
  if (!environment) return 'unreadable';
  const found = matchEntry(entries, environment);
  return found === undefined ? 'no' : { matched: found };
}

/**
 * Whether a container is selected. An empty selector selects nothing. The environment is that of the container's
 * details, unless another one is given, such as one that was read before.
 */
export function select(
  selector: Selector,
  container: Container,
  environment: Environment | undefined = environmentOf(container),
): Match {
  const matched: string[] = [];
  if (selector.names) {
    if (!selector.names.some(pattern => matchesName(pattern, container.name))) return 'no';
    matched.push(container.name);
  }
  if (selector.labels) {
    const found = matchLabel(selector.labels, container.labels);
    if (found === undefined) return 'no';
    matched.push(found);
  }
  if (selector.env) {
    const found = matchEnvironment(selector.env, environment);
    if (found === 'no' || found === 'unreadable') return found;
    matched.push(found.matched);
  }
  return matched.length === 0 ? 'no' : { matched: matched.join(', ') };
}

/** Like `select`, but any of labels and environment is enough: what makes a container routable. */
export function selectAny(selector: Selector, container: Container): Match {
  const label = selector.labels && matchLabel(selector.labels, container.labels);
  if (label !== undefined) return { matched: label };
  if (selector.names?.some(pattern => matchesName(pattern, container.name)))
    return { matched: container.name };
  return selector.env ? matchEnvironment(selector.env, environmentOf(container)) : 'no';
}
