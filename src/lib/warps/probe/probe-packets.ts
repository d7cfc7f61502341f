import { UsageError } from '../../model/errors.js';
import { escapeLine } from '../../model/escape.js';
import type { ProbePackets } from '../../model/probe.js';
import { type Address, parseAddress } from '../../net/address.js';
import { containsAddress, parsePrefix } from '../../net/prefix.js';
import { reservedIn } from '../../net/reserved.js';

/** A probe as it is asked for on the command line. */
export interface ProbeRequest {
  readonly to: string;
  readonly port?: number | undefined;
  readonly count?: number | undefined;
  readonly tcp?: boolean | undefined;
}

/** The first port of traceroute: nothing listens there. */
const unusedPort = 33434;
/** What a warp most likely lets out. */
const usualTcpPort = 443;
const usualCount = 100;

const linkLocal: readonly [range: string, what: string][] = [
  ['169.254.0.0/16', 'link-local (169.254.0.0/16)'],
  ['fe80::/10', 'link-local (fe80::/10)'],
];

/** Where no routing leads: it would say nothing of it. */
function unroutable(address: Address): string | undefined {
  const single = parsePrefix(`${address.text}/${address.family === 4 ? '32' : '128'}`);
  const reserved = single.ok ? reservedIn(single.prefix) : undefined;
  return (
    reserved ??
    linkLocal.find(([text]) => {
      const range = parsePrefix(text);
      return range.ok && containsAddress(range.prefix, address);
    })?.[1]
  );
}

/** Reads what is to be sent. Throws a UsageError for addresses that nothing is routed to. */
export function readProbe({ to, port, count = usualCount, tcp = false }: ProbeRequest): ProbePackets {
  const reading = parseAddress(to);
  if (!reading.ok) {
    throw new UsageError(
      `--to: "${escapeLine(to, 80)}" ${reading.why}.`,
      reading.suggestion === undefined ? [] : [`Probably: --to ${reading.suggestion}`],
    );
  }
  const { address } = reading;
  const reserved = unroutable(address);
  if (reserved !== undefined) {
    throw new UsageError(`--to ${address.text}: nothing is routed there, it is ${reserved}.`, [
      'Name an address outside that is yours or does not mind: the packets are small, and few.',
    ]);
  }
  return {
    destination: address.text,
    family: address.family === 4 ? 'ipv4' : 'ipv6',
    protocol: tcp ? 'tcp' : 'udp',
    port: port ?? (tcp ? usualTcpPort : unusedPort),
    count,
  };
}
