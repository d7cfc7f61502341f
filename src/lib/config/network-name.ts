import { isPredefinedName } from '../model/network.js';
import { type SpecProblem, specError, specWarning, suggesting } from './spec-problem.js';

const safe = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
const longestName = 255;
const allowed = 'letters, digits, "_", "." and "-", beginning with a letter or digit';

/** Networks that swarm or Podman make for themselves, which Fairlead never creates (model/network.ts). */
const ofTheEngine: ReadonlySet<string> = new Set(['ingress', 'docker_gwbridge', 'podman']);

/**
 * What is wrong with a name for a new network. Docker takes nearly anything (`a/b`, `-x`, 300 characters: fact
 * E14) and harms with it later: in URLs, in `docker` commands, and Podman refuses it.
 */
export function checkNetworkName(name: string): SpecProblem[] {
  if (name === '') return [specError([], 'the network has no name', { allowed })];
  if (isPredefinedName(name))
    return [specError([], `"${name}" is a network the engine makes itself`, { allowed: 'any other name' })];
  if (ofTheEngine.has(name)) {
    return [specError([], `"${name}" belongs to the engine: swarm or Podman make it for themselves`)];
  }
  if (name.length > longestName) {
    const message = `the name has ${String(name.length)} characters`;
    return [specError([], message, { allowed: `at most ${String(longestName)}` })];
  }
  if (/\$(?:\{|[a-zA-Z_])/.test(name)) {
    return [specError([], `"${name}" is taken as it is: a key takes no variables`, { allowed })];
  }
  if (!safe.test(name)) {
    const message = `"${name}" is no safe network name; what the engine lets through here breaks later commands`;
    return [specError([], message, { allowed, ...suggesting(mend(name)) })];
  }
  if (/^(?:[0-9a-f]{64}|[0-9a-z]{25})$/.test(name) && /\d/.test(name))
    return [specWarning([], `"${name}" looks like a network ID; the engine looks names up after IDs`)];
  return [];
}

function mend(name: string): string | undefined {
  const mended = name
    .trim()
    .replace(/[^a-zA-Z0-9_.-]+/g, '-')
    .replace(/^[^a-zA-Z0-9]+|-+$/g, '');
  return safe.test(mended) && mended.length <= longestName && !isPredefinedName(mended) ? mended : undefined;
}
