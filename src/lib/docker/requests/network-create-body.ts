import type { NetworkSpec } from '../../model/network.js';

/**
 * The body of `POST /networks/create`. `CheckDuplicate` is what keeps engines before 25.0 from making a second
 * network of the same name; the key of reserved addresses is `AuxiliaryAddresses`, any other is dropped silently.
 */
export function networkCreateBody(spec: NetworkSpec): Record<string, unknown> {
  const pools = spec.ipam?.pools?.map(pool => ({
    ...(pool.subnet !== undefined && { Subnet: pool.subnet }),
    ...(pool.ipRange !== undefined && { IPRange: pool.ipRange }),
    ...(pool.gateway !== undefined && { Gateway: pool.gateway }),
    ...(pool.auxAddresses && { AuxiliaryAddresses: pool.auxAddresses }),
  }));
  return {
    Name: spec.name,
    CheckDuplicate: true,
    ...(spec.driver !== undefined && { Driver: spec.driver }),
    ...(spec.options && { Options: spec.options }),
    ...(spec.internal !== undefined && { Internal: spec.internal }),
    ...(spec.attachable !== undefined && { Attachable: spec.attachable }),
    ...(spec.enableIpv4 !== undefined && { EnableIPv4: spec.enableIpv4 }),
    ...(spec.enableIpv6 !== undefined && { EnableIPv6: spec.enableIpv6 }),
    ...(spec.configOnly !== undefined && { ConfigOnly: spec.configOnly }),
    ...(spec.configFrom !== undefined && { ConfigFrom: { Network: spec.configFrom } }),
    ...(spec.ipam && {
      IPAM: {
        Driver: spec.ipam.driver ?? 'default',
        ...(spec.ipam.options && { Options: spec.ipam.options }),
        Config: pools ?? [],
      },
    }),
    ...(spec.labels && { Labels: spec.labels }),
  };
}
