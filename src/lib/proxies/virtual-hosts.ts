import type { Container } from '../model/container.js';

const hostName = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/**
 * The host names in a container's VIRTUAL_HOST, as nginx-proxy reads it: separated by commas, each perhaps with a
 * port. Its wildcards and regular expressions name no host.
 */
export function virtualHostsOf({ reading }: Container): string[] {
  if (reading.read !== 'details') return [];
  return (reading.details.environment['VIRTUAL_HOST'] ?? '')
    .split(',')
    .map(entry => entry.trim().toLowerCase().replace(/:\d+$/, ''))
    .filter(entry => entry.length <= 253 && hostName.test(entry));
}
