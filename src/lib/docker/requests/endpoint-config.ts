import type { EndpointSettings } from '../../model/container.js';

/** The `EndpointConfig` of a connect. A field that is not asked for is not sent. */
export function endpointConfig(settings: EndpointSettings): Record<string, unknown> {
  const requested = {
    ...(settings.ipv4 !== undefined && { IPv4Address: settings.ipv4 }),
    ...(settings.ipv6 !== undefined && { IPv6Address: settings.ipv6 }),
  };
  return {
    ...(settings.aliases && { Aliases: settings.aliases }),
    ...(settings.links && { Links: settings.links }),
    ...(settings.driverOptions && { DriverOpts: settings.driverOptions }),
    ...(settings.gatewayPriority !== undefined && { GwPriority: settings.gatewayPriority }),
    ...(Object.keys(requested).length > 0 && { IPAMConfig: requested }),
  };
}
