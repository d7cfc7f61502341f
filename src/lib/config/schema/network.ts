import * as z from 'zod';
import { labels, nonEmpty, textMap } from './text.js';

const pool = z.strictObject({
  subnet: nonEmpty.describe('Subnet in CIDR notation, without host bits.').exactOptional(),
  gateway: nonEmpty.describe('Address of the gateway, inside the subnet.').exactOptional(),
  ip_range: nonEmpty.describe('Part of the subnet that containers get addresses from.').exactOptional(),
  aux_addresses: textMap.describe('Addresses to keep free, by the host they are for.').exactOptional(),
});

const ipam = z.strictObject({
  driver: nonEmpty.describe('Driver of address management.').exactOptional(),
  config: z.array(pool).describe('Address pools: on a bridge one for IPv4 and one for IPv6.').exactOptional(),
  options: textMap.describe('Options of the address management driver.').exactOptional(),
});

/** What makes up a network, in Compose's words. */
const definition = {
  driver: nonEmpty.describe('Network driver. The engine takes bridge if none is given.').exactOptional(),
  driver_opts: textMap.describe('Options of the driver. Values are strings.').exactOptional(),
  internal: z.boolean().describe('No way out of the network.').exactOptional(),
  attachable: z.boolean().describe('Single containers may attach to a swarm network.').exactOptional(),
  enable_ipv4: z.boolean().describe('IPv4 addresses; false takes Engine 28.0.').exactOptional(),
  enable_ipv6: z.boolean().describe('IPv6 addresses.').exactOptional(),
  ipam: ipam.describe('Address management.').exactOptional(),
  labels: labels.describe('Labels of the network: a map, or a list of key=value.').exactOptional(),
  config_only: z
    .boolean()
    .describe('Only a definition that other networks take theirs from.')
    .exactOptional(),
  config_from: nonEmpty.describe('The config-only network whose definition this one has.').exactOptional(),
};

/** What Fairlead adds to Compose. */
const conduct = {
  on_drift: z
    .enum(['error', 'recreate', 'ignore'])
    .describe('What to do where the network exists otherwise than declared.')
    .default('error'),
  egress: z
    .enum(['any', 'warp'])
    .describe('With warp, only warp containers may send packets out of the network: the guard.')
    .default('any'),
};

const network = z.strictObject({
  name: nonEmpty.describe("The network's name, where it is not the key.").exactOptional(),
  external: z.boolean().describe('Made by someone else: it must exist and is never changed.').default(false),
  ...definition,
  ...conduct,
});

const appNetwork = z.strictObject({ ...definition, ...conduct });

/** A key with nothing after it is a network with all defaults, as in Compose. */
export const networks = z
  .record(
    z.string(),
    network.nullable().transform(given => given ?? network.parse({})),
  )
  .describe('Networks by key. A definition is a Compose network definition.');

export const appNetworks = z
  .record(
    z.string(),
    appNetwork.nullable().transform(given => given ?? appNetwork.parse({})),
  )
  .describe('Networks of this app only; each is named <app>_<key>.');
