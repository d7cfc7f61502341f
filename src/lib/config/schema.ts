import * as z from 'zod';
import { apps } from './schema/app.js';
import { attachments } from './schema/attachment.js';
import { networks } from './schema/network.js';
import { proxies } from './schema/proxy.js';
import { docker, logging, retry, watch } from './schema/runtime.js';
import { warp } from './schema/warp.js';

/**
 * The whole config file: its shape, its defaults and what its keys are for. The JSON Schema for editors and the
 * reference page are made from this. What a shape cannot say is in the checks.
 */
export const configSchema = z.strictObject({
  $schema: z.string().describe('The JSON Schema, for editors.').exactOptional(),
  docker: docker.prefault({}),
  logging: logging.prefault({}),
  retry: retry.prefault({}),
  fail_fast: z
    .boolean()
    .describe('End at the first failure instead of going on with the rest.')
    .default(false),
  networks: networks.default({}),
  attachments: attachments.default([]),
  apps: apps.default({}),
  proxies: proxies.default([]),
  warp: warp.prefault({}),
  watch: watch.prefault({}),
});

/** A config that has the right shape, with every default filled in. */
export type FairleadConfig = z.output<typeof configSchema>;

export type AppNetworkDefinition = FairleadConfig['apps'][string]['networks'][string];

export type Memberships = FairleadConfig['attachments'][number]['networks'];
export type ProxyDeclaration = FairleadConfig['proxies'][number];
export type RouteDeclaration = FairleadConfig['warp']['routes'][number];
export type RuleDeclaration = FairleadConfig['warp']['routing_rules'][number];
