import * as z from 'zod';
import { selector } from './selector.js';
import { nonEmpty } from './text.js';

const endpoint = z.strictObject({
  aliases: z
    .array(nonEmpty)
    .describe('Further names the container answers to on this network.')
    .exactOptional(),
  ipv4_address: nonEmpty
    .describe('A fixed address; only for a rule that means one container.')
    .exactOptional(),
  ipv6_address: nonEmpty
    .describe('A fixed address; only for a rule that means one container.')
    .exactOptional(),
});

/** Networks to be on, as in a Compose service: a list, or a map with settings. */
export const memberships = z.union([
  z.array(nonEmpty),
  z.record(
    z.string(),
    endpoint.nullable().transform(given => given ?? {}),
  ),
]);

export const attachments = z
  .array(
    z.strictObject({
      name: nonEmpty.describe('A name for the rule, shown in plans.').exactOptional(),
      select: selector,
      networks: memberships.describe('Networks by key: a list, or a map to settings.'),
      aliases: z
        .array(nonEmpty)
        .describe('Names the containers answer to on all of these networks.')
        .exactOptional(),
    }),
  )
  .describe('Containers to connect to networks in addition to their own.');
