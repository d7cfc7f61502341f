import type { Memberships } from './schema.js';

/** A network to be on and how, whichever way it was written. */
export interface Membership {
  /** The key of the network in the config. */
  readonly network: string;
  readonly aliases: readonly string[];
  readonly ipv4?: string;
  readonly ipv6?: string;
}

/** A list of keys, or a map from keys to settings, as in a Compose service. */
export function membershipsOf(declared: Memberships, aliases: readonly string[] = []): Membership[] {
  if (Array.isArray(declared)) return declared.map(network => ({ network, aliases }));
  return Object.entries(declared).map(([network, settings]) => ({
    network,
    aliases: [...new Set([...aliases, ...(settings.aliases ?? [])])],
    ...(settings.ipv4_address !== undefined && { ipv4: settings.ipv4_address }),
    ...(settings.ipv6_address !== undefined && { ipv6: settings.ipv6_address }),
  }));
}
