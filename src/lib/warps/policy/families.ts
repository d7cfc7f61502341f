import { parseAddress } from '../../net/address.js';

/** Whether an address that an engine reports is one of IPv6. */
export function isIpv6(address: string): boolean {
  const reading = parseAddress(address);
  return reading.ok && reading.address.family === 6;
}
