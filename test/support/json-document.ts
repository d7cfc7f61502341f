import { expect } from 'chai';
import type { CliResult } from './cli.js';

/** What a value must be: a type, one of some texts, a list of one shape, or an object of fields. */
export type Shape =
  | 'text'
  | 'number'
  | 'boolean'
  | 'any'
  | { readonly oneOf: readonly string[] }
  | { readonly each: Shape }
  | { readonly values: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> };

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
}

/** Where a value is not of a shape; a field whose name ends in `?` may be missing, and no other may be there. */
export function misfits(value: unknown, shape: Shape, at = '$'): string[] {
  if (shape === 'any') return [];
  if (shape === 'text') return typeof value === 'string' ? [] : [`${at}: ${typeOf(value)}, not text`];
  if (shape === 'number' || shape === 'boolean') {
    return typeof value === shape ? [] : [`${at}: ${typeOf(value)}, not ${shape}`];
  }
  if ('oneOf' in shape) {
    const { oneOf } = shape;
    return oneOf.includes(value as string) ? [] : [`${at}: ${String(value)}, not one of ${oneOf.join(', ')}`];
  }
  if ('each' in shape) {
    if (!Array.isArray(value)) return [`${at}: ${typeOf(value)}, not a list`];
    return value.flatMap((entry, i) => misfits(entry, shape.each, `${at}[${String(i)}]`));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [`${at}: ${typeOf(value)}, not an object`];
  }
  const object = value as Record<string, unknown>;
  if ('values' in shape) {
    return Object.entries(object).flatMap(([key, entry]) => misfits(entry, shape.values, `${at}.${key}`));
  }
  const { fields } = shape;
  const known = new Set(Object.keys(fields).map(name => name.replace(/\?$/, '')));
  return [
    ...Object.keys(object)
      .filter(key => !known.has(key))
      .map(key => `${at}.${key}: not in the shape`),
    ...Object.entries(fields).flatMap(([name, field]) => {
      const key = name.replace(/\?$/, '');
      if (key in object) return misfits(object[key], field, `${at}.${key}`);
      return name.endsWith('?') ? [] : [`${at}.${key}: missing`];
    }),
  ];
}

const hints: Shape = { each: 'text' };
const error: Shape = { fields: { code: 'text', message: 'text', hints } };
const engine: Shape = {
  fields: { kind: { oneOf: ['docker', 'podman'] }, version: 'text', apiVersion: 'text' },
};
const ref: Shape = { fields: { 'id?': 'text', name: 'text' } };

const drift: Shape = { each: { fields: { field: 'text', declared: 'text', actual: 'text' } } };

const finding: Shape = {
  fields: {
    find: { oneOf: ['unchanged', 'kept', 'ignored', 'drift', 'label-drift', 'refused', 'warning'] },
    job: { oneOf: ['networks', 'attachments', 'proxies', 'warps'] },
    'network?': 'text',
    'container?': 'text',
    reason: 'text',
    hints,
    'drift?': drift,
  },
};

const step: Shape = {
  fields: {
    do: { oneOf: ['create-network', 'recreate-network', 'remove-network', 'connect', 'disconnect'] },
    job: { oneOf: ['networks', 'attachments', 'proxies', 'warps'] },
    'spec?': 'any',
    'network?': ref,
    'container?': ref,
    'endpoint?': 'any',
    'stale?': 'boolean',
    'previous?': 'any',
    'members?': { each: 'any' },
    reason: 'text',
    outcome: { oneOf: ['planned', 'done', 'unchanged', 'failed', 'skipped'] },
    'note?': 'text',
    'error?': error,
  },
};

const head = { schemaVersion: 'number', command: 'text', exitCode: 'number' } as const;

/** What the commands that change something print. */
export const reportShape: Shape = {
  fields: {
    ...head,
    dryRun: 'boolean',
    engine,
    changed: 'number',
    steps: { each: step },
    findings: { each: finding },
  },
};

/** What every command prints that could not be carried out. */
export const errorShape: Shape = { fields: { ...head, error } };

const pool: Shape = {
  fields: { 'subnet?': 'text', 'gateway?': 'text', 'ipRange?': 'text', 'auxAddresses?': { values: 'text' } },
};

export const networkListShape: Shape = {
  fields: {
    ...head,
    engine,
    networks: {
      each: {
        fields: {
          id: 'text',
          name: 'text',
          driver: 'text',
          scope: 'text',
          created: 'text',
          internal: 'boolean',
          attachable: 'boolean',
          ingress: 'boolean',
          configOnly: 'boolean',
          'configFrom?': 'text',
          enableIpv4: 'boolean',
          enableIpv6: 'boolean',
          ipam: { fields: { driver: 'text', options: { values: 'text' }, pools: { each: pool } } },
          options: { values: 'text' },
          labels: { values: 'text' },
          owner: 'text',
          'app?': 'text',
          'state?': { oneOf: ['declared', 'drift', 'label-drift', 'ignored-drift'] },
          'drift?': drift,
          'recreation?': { oneOf: ['interrupted', 'under way'] },
          unused: 'boolean',
          running: { each: 'text' },
          stopped: { each: 'text' },
        },
      },
    },
    missing: {
      each: {
        fields: {
          name: 'text',
          state: { oneOf: ['missing'] },
          external: 'boolean',
          'recreation?': { oneOf: ['interrupted', 'under way'] },
          'spec?': 'any',
        },
      },
    },
  },
};

export const networkGraphShape: Shape = {
  fields: {
    ...head,
    engine,
    networks: {
      each: {
        fields: {
          id: 'text',
          name: 'text',
          driver: 'text',
          scope: 'text',
          subnets: { each: 'text' },
          internal: 'boolean',
          configOnly: 'boolean',
          owner: 'text',
        },
      },
    },
    containers: {
      each: {
        fields: {
          id: 'text',
          name: 'text',
          state: 'text',
          mode: { oneOf: ['network', 'host', 'none', 'container'] },
          'of?': 'text',
          proxy: 'boolean',
          ports: {
            each: {
              fields: { containerPort: 'number', hostPort: 'number', 'hostIp?': 'text', protocol: 'text' },
            },
          },
          stale: { each: 'text' },
        },
      },
    },
    edges: {
      each: {
        fields: {
          kind: { oneOf: ['member', 'shares'] },
          container: 'text',
          'network?': 'text',
          'of?': 'text',
          'home?': 'boolean',
          'gateway?': 'boolean',
          'placedBy?': { oneOf: ['proxy', 'attachment', 'app'] },
          'aliases?': { each: 'text' },
          'ipv4?': 'text',
          'ipv6?': 'text',
        },
      },
    },
  },
};

export const proxyListShape: Shape = {
  fields: {
    ...head,
    engine,
    proxies: {
      each: {
        fields: {
          proxy: 'text',
          memberships: {
            each: {
              fields: {
                network: 'text',
                state: { oneOf: ['home', 'joined', 'connected', 'to join', 'to leave', 'stale'] },
                reason: 'text',
                containers: { each: 'text' },
              },
            },
          },
          unreachable: { each: { fields: { container: 'text', reason: 'text' } } },
          notes: { each: finding },
        },
      },
    },
  },
};

/** The one document on standard output, checked to be alone there, of version 1, and to agree with the exit code. */
export function documentOf({ stdout, exitCode }: CliResult): Record<string, unknown> {
  let document: unknown;
  try {
    document = JSON.parse(stdout);
  } catch {
    expect.fail(`not one JSON document on standard output:\n${stdout}`);
  }
  expect(document).to.include({ schemaVersion: 1, exitCode });
  return document as Record<string, unknown>;
}
