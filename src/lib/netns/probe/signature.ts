import { randomBytes, randomInt } from 'node:crypto';
import type { ProbePackets } from '../../model/probe.js';
import { addressIs } from '../nft/expressions.js';
import type { Expression } from '../nft/ruleset.js';

/** By what the packets of one probe are told from all others. */
export type Signature =
  /** The first bytes of the payload, in hex. */
  | { readonly protocol: 'udp'; readonly marker: string }
  /** A connection's first packet has no payload: by the ports they come from. */
  | { readonly protocol: 'tcp'; readonly firstPort: number; readonly lastPort: number };

const markerBytes = 16;
const udpHeaderBits = 64;
/** Above what servers listen on and below what the kernel gives to others by default. */
const lowestPort = 15_000;
const highestPort = 32_000;

/** Another one each time. For tcp twice as many ports as packets: some may be in use. */
export function drawSignature({ protocol, count }: ProbePackets): Signature {
  if (protocol === 'udp') return { protocol, marker: randomBytes(markerBytes).toString('hex') };
  const firstPort = randomInt(lowestPort, highestPort - 2 * count);
  return { protocol, firstPort, lastPort: firstPort + 2 * count - 1 };
}

function equals(left: Expression, right: unknown): Expression {
  return { match: { op: '==', left, right } };
}

function field(protocol: string, name: string): Expression {
  return { payload: { protocol, field: name } };
}

/** Matches the probe's packets and, but for ports that are drawn by chance, no others. */
export function signatureIs(
  signature: Signature,
  { destination, family, port }: ProbePackets,
): readonly Expression[] {
  switch (signature.protocol) {
    case 'udp':
      return [
        equals({ meta: { key: 'l4proto' } }, 'udp'),
        equals(
          { payload: { base: 'th', offset: udpHeaderBits, len: 8 * markerBytes } },
          `0x${signature.marker}`,
        ),
      ];
    case 'tcp':
      return [
        addressIs(family, 'daddr', [destination]),
        equals(field('tcp', 'sport'), { range: [signature.firstPort, signature.lastPort] }),
        equals(field('tcp', 'dport'), port),
        equals({ '&': [field('tcp', 'flags'), ['syn', 'ack']] }, 'syn'),
      ];
  }
}
