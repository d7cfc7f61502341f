import * as z from 'zod';
import { memberships } from './attachment.js';
import { appNetworks } from './network.js';
import { selector } from './selector.js';
import { nonEmpty } from './text.js';

const service = z.strictObject({
  networks: memberships.describe("Networks of the app, or of the file's networks, by key."),
  aliases: z.array(nonEmpty).describe('Names beside the name of the service.').exactOptional(),
  select: selector
    .describe('The containers of the service, where its Compose or fairlead labels do not tell.')
    .exactOptional(),
});

export const apps = z
  .record(
    z.string(),
    z.strictObject({
      networks: appNetworks.default({}),
      services: z
        .record(z.string(), service)
        .describe('Services by name; the name is an alias on each of their networks.')
        .default({}),
    }),
  )
  .describe('Apps by name: networks of their own and services on them.');
