import type { Endpoint, EndpointSettings } from '../model/container.js';
import type { EngineInfo } from '../model/engine-info.js';
import { staticAddresses } from '../model/membership.js';
import type { FieldDrift } from '../model/plan.js';
import { canonicalAddress } from '../net/address.js';
import type { WantedMembership } from './wanted.js';

/** True where it takes an inspect to tell whether an endpoint is as it should be. */
export function asksForSettings({
  aliases = [],
  ipv4,
  ipv6,
}: {
  readonly aliases?: readonly string[];
  readonly ipv4?: string;
  readonly ipv6?: string;
}): boolean {
  return aliases.length > 0 || ipv4 !== undefined || ipv6 !== undefined;
}

function addressDrift(field: string, declared: string | undefined, actual: string | undefined): FieldDrift[] {
  if (declared === undefined) return [];
  if (actual !== undefined && canonicalAddress(declared) === canonicalAddress(actual)) return [];
  return [{ field, declared: canonicalAddress(declared), actual: actual ?? '(none)' }];
}

/**
 * What an endpoint lacks of what is declared. Further aliases are no drift: engines add some of their own (the short
 * ID and the host name up to API 1.44), and a person may have asked for others.
 */
export function endpointDrift(
  wanted: WantedMembership,
  endpoint: Endpoint,
  settings: EndpointSettings,
  engine: EngineInfo,
): FieldDrift[] {
  const missing = wanted.aliases.filter(alias => !(settings.aliases ?? []).includes(alias));
  const has = staticAddresses(engine, endpoint, settings);
  return [
    ...missing.map(alias => ({ field: 'alias', declared: alias, actual: '(none)' })),
    ...(has ? addressDrift('ip', wanted.ipv4, has.ipv4) : []),
    ...(has ? addressDrift('ip6', wanted.ipv6, has.ipv6) : []),
  ];
}
