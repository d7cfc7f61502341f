import type { Link } from '../../model/namespace.js';
import { canonicalAddress } from '../../net/address.js';
import { type Fields, isFields } from './ip-output.js';

const macAddress = /^(?!00:00:00:00:00:00)(?:[\da-f]{2}:){5}[\da-f]{2}$/;

/** The interfaces, from `ip -d -j link`, with the addresses that `ip -j addr` gives for each family. */
export function readLinks(links: readonly Fields[], addresses: readonly Fields[]): Link[] {
  return links.flatMap(({ ifname, address, linkinfo }) => {
    if (typeof ifname !== 'string') return [];
    const kind = isFields(linkinfo) ? linkinfo['info_kind'] : undefined;
    return {
      name: ifname,
      ...(typeof address === 'string' && macAddress.test(address) && { mac: address }),
      ...(typeof kind === 'string' && { kind }),
      addresses: addresses.filter(entry => entry['ifname'] === ifname).flatMap(addressesOf),
    };
  });
}

function addressesOf({ addr_info: entries }: Fields): string[] {
  if (!Array.isArray(entries)) return [];
  return entries.flatMap(entry => {
    const local: unknown = isFields(entry) ? entry['local'] : undefined;
    return typeof local === 'string' ? [canonicalAddress(local)] : [];
  });
}
