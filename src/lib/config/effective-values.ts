import type { LoadedConfig } from './load.js';
import type { Origin } from './origin.js';
import type { Path } from './source/tree.js';

/** One value of the effective config and who says it. */
export interface EffectiveValue {
  readonly path: Path;
  readonly value: unknown;
  readonly origin: Origin;
}

/** Every value of a config, single ones and what is empty; a list or map of something is told by its parts. */
export function effectiveValues({ config, origins }: LoadedConfig): EffectiveValue[] {
  const walk = (value: unknown, path: Path): EffectiveValue[] => {
    const parts = partsOf(value);
    if (parts.length === 0) return [{ path, value, origin: origins.originOf(path) }];
    return parts.flatMap(([step, part]) => walk(part, [...path, step]));
  };
  return walk(config, []);
}

function partsOf(value: unknown): [step: string | number, part: unknown][] {
  if (Array.isArray(value)) return [...value.entries()];
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

/** `flag --log-level`, `FAIRLEAD_LOG_LEVEL`, `fairlead.yaml:3`, `default`. */
export function originText(origin: Origin): string {
  switch (origin.from) {
    case 'flag':
      return `flag ${origin.name}`;
    case 'environment':
      return origin.name;
    case 'file':
      return `${origin.file}:${String(origin.line)}`;
    case 'default':
      return 'default';
  }
}
