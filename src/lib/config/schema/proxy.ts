import * as z from 'zod';
import { selector } from './selector.js';
import { nonEmpty } from './text.js';

const routable = selector.describe('What makes a container one to route to: any entry of any list.');

const networkGlobs = z.strictObject({
  allow: z
    .array(nonEmpty)
    .describe('Join only networks whose name one of these globs matches.')
    .exactOptional(),
  deny: z
    .array(nonEmpty)
    .describe('Never join networks whose name one of these globs matches.')
    .exactOptional(),
});

export const proxies = z
  .array(
    z.strictObject({
      container: nonEmpty
        .describe("The proxy container's name: a name, a glob, or re: and a regular expression.")
        .exactOptional(),
      select: selector.describe('The proxy containers, instead of container.').exactOptional(),
      preset: z
        .enum(['traefik', 'nginx-proxy', 'caddy', 'custom'])
        .describe('The conventions by which this proxy finds its containers.')
        .exactOptional(),
      routable: routable.exactOptional(),
      exposed_by_default: z
        .boolean()
        .describe("Traefik's exposedByDefault: with false only containers with traefik.enable=true count.")
        .default(true),
      leave: z
        .enum(['joined', 'any', 'never'])
        .describe(
          'Which networks without a routable container to leave: those Fairlead joined, any, or none.',
        )
        .default('joined'),
      leave_at: z
        .enum(['end', 'stop'])
        .describe(
          'When a container ceases to count: at its end, or as soon as it is asked to stop, which cuts what it still serves.',
        )
        .default('end'),
      networks: networkGlobs.describe('Which networks it may join at all.').default({}),
      pinned: z.array(nonEmpty).describe('Globs of networks it never leaves.').default([]),
      on_gateway_move: z
        .enum(['warn', 'skip'])
        .describe('What to do with a join that would move published ports, on engines before 28.0.')
        .default('warn'),
      health: z
        .enum(['any', 'healthy'])
        .describe('With healthy, a container with a health check counts only while it is healthy.')
        .default('any'),
      aliases: z
        .record(z.string(), z.array(nonEmpty))
        .describe('Names the proxy answers to, by glob of network.')
        .default({}),
      alias_virtual_hosts: z
        .boolean()
        .describe("Let the proxy answer to the containers' VIRTUAL_HOST names on their networks.")
        .default(false),
    }),
  )
  .describe('Reverse proxies, each a member of exactly the networks it must route to.');
