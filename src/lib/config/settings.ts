import type { Path } from './source/tree.js';

export type SettingKind = 'text' | 'boolean' | 'number' | 'seconds' | 'list';

/** A value that a variable of the environment can give instead of the file. */
export interface Setting {
  readonly path: readonly string[];
  readonly variable: string;
  readonly kind: SettingKind;
}

/** The environment's side of the precedence: flags > FAIRLEAD_… > file > defaults. */
export const settings: readonly Setting[] = [
  { path: ['docker', 'host'], variable: 'FAIRLEAD_HOST', kind: 'text' },
  { path: ['docker', 'context'], variable: 'FAIRLEAD_CONTEXT', kind: 'text' },
  { path: ['docker', 'api_version'], variable: 'FAIRLEAD_API_VERSION', kind: 'text' },
  { path: ['docker', 'timeout'], variable: 'FAIRLEAD_TIMEOUT', kind: 'seconds' },
  { path: ['docker', 'tls', 'ca'], variable: 'FAIRLEAD_TLS_CA', kind: 'text' },
  { path: ['docker', 'tls', 'cert'], variable: 'FAIRLEAD_TLS_CERT', kind: 'text' },
  { path: ['docker', 'tls', 'key'], variable: 'FAIRLEAD_TLS_KEY', kind: 'text' },
  { path: ['docker', 'tls', 'verify'], variable: 'FAIRLEAD_TLS_VERIFY', kind: 'boolean' },
  { path: ['logging', 'level'], variable: 'FAIRLEAD_LOG_LEVEL', kind: 'text' },
  { path: ['logging', 'format'], variable: 'FAIRLEAD_LOG_FORMAT', kind: 'text' },
  { path: ['retry', 'attempts'], variable: 'FAIRLEAD_RETRY_ATTEMPTS', kind: 'number' },
  { path: ['retry', 'delay'], variable: 'FAIRLEAD_RETRY_DELAY', kind: 'text' },
  { path: ['retry', 'max_delay'], variable: 'FAIRLEAD_RETRY_MAX_DELAY', kind: 'text' },
  { path: ['fail_fast'], variable: 'FAIRLEAD_FAIL_FAST', kind: 'boolean' },
  {
    path: ['warp', 'container_name_pattern'],
    variable: 'FAIRLEAD_WARP_CONTAINER_NAME_PATTERN',
    kind: 'text',
  },
  { path: ['warp', 'target_label'], variable: 'FAIRLEAD_WARP_TARGET_LABEL', kind: 'text' },
  { path: ['warp', 'network_label'], variable: 'FAIRLEAD_WARP_NETWORK_LABEL', kind: 'text' },
  { path: ['warp', 'routing_rules'], variable: 'FAIRLEAD_WARP_ROUTING_RULES', kind: 'list' },
  { path: ['warp', 'bypass'], variable: 'FAIRLEAD_WARP_BYPASS', kind: 'list' },
  { path: ['warp', 'nat'], variable: 'FAIRLEAD_WARP_NAT', kind: 'boolean' },
  { path: ['warp', 'strict'], variable: 'FAIRLEAD_WARP_STRICT', kind: 'boolean' },
  { path: ['warp', 'priority_base'], variable: 'FAIRLEAD_WARP_PRIORITY_BASE', kind: 'number' },
  { path: ['warp', 'on_exit'], variable: 'FAIRLEAD_WARP_ON_EXIT', kind: 'text' },
  { path: ['watch', 'resync'], variable: 'FAIRLEAD_WATCH_RESYNC', kind: 'text' },
  { path: ['watch', 'metrics'], variable: 'FAIRLEAD_WATCH_METRICS', kind: 'text' },
];

/** What says a value instead of the file: a flag or a variable. */
export interface Override {
  readonly path: Path;
  /** A scalar or a list of texts. */
  readonly value: string | number | boolean | readonly string[];
  /** `--log-level` or `FAIRLEAD_LOG_LEVEL`. */
  readonly name: string;
  readonly from: 'flag' | 'environment';
}

/**
 * What the environment says. A variable that is set to nothing says nothing's value, as a flag would; only
 * Docker's own variables mean the same empty as unset, because they do to docker.
 */
export function environmentOverrides(env: NodeJS.ProcessEnv): Override[] {
  const own = settings.flatMap(({ path, variable, kind }): Override[] => {
    const text = env[variable];
    return text === undefined ? [] : [{ path, value: read(text, kind), name: variable, from: 'environment' }];
  });
  return [...dockerOverrides(env), ...own];
}

/** DOCKER_HOST and DOCKER_CONTEXT mean what they mean to docker; its other variables the adapter reads itself. */
function dockerOverrides(env: NodeJS.ProcessEnv): Override[] {
  const variable = env['DOCKER_HOST'] ? 'DOCKER_HOST' : 'DOCKER_CONTEXT';
  const value = env[variable];
  if (!value) return [];
  const key = variable === 'DOCKER_HOST' ? 'host' : 'context';
  return [{ path: ['docker', key], value, name: variable, from: 'environment' }];
}

/** Text that is no value of its kind stays text, which the schema then refuses by the name of the variable. */
function read(text: string, kind: SettingKind): Override['value'] {
  switch (kind) {
    case 'text':
      return text;
    case 'boolean':
      if (text === 'true' || text === '1') return true;
      return text === 'false' || text === '0' ? false : text;
    case 'number':
      return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
    case 'seconds':
      return /^\d+(?:\.\d+)?$/.test(text) ? `${text}s` : text;
    case 'list':
      return text
        .split(';')
        .map(entry => entry.trim())
        .filter(entry => entry !== '');
  }
}
