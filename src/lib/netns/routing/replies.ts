import { ExitCode } from '../../model/errors.js';
import { type ReplyMarking, replyMark } from '../../model/routing.js';
import { KernelError } from '../kernel-error.js';

/** A name of its own: in one and the same namespace there may be what is set up for a warp besides. */
export const repliesTable = 'fairlead-replies';

type Chains = Readonly<Record<string, { readonly hook: string; readonly rules: readonly string[] }>>;

const macAddress = /^(?:[\da-f]{2}:){5}[\da-f]{2}$/;
const value = hexadecimal(replyMark.value);
const mask = hexadecimal(replyMark.mask);
/** The bits that are not ours. */
const others = hexadecimal(~replyMark.mask >>> 0);
const isMarked = `ct mark & ${mask} == ${value}`;
const markConnection = `ct mark set ct mark & ${others} | ${value}`;
const markPacket = `meta mark set meta mark & ${others} | ${value}`;

/**
 * What comes in from outside, to this container itself, is marked with its connection, and so is every answer in it:
 * the rule for the mark then sends it back as the other came (kernel fact 4). Only what has a bridge's own address as its
 * sender's is marked: not what a warp sends in, whatever address it has by now, nor what only passes through. Marked on
 * the way in too: a strict reverse path filter looks the sender up with the mark of the packet, and so is the way of the
 * first answer of a TCP connection (`writeReplies`). The other bits of both marks stay as they are.
 */
const marking: Chains = {
  incoming: {
    hook: 'type filter hook prerouting priority -150; policy accept;',
    rules: [
      'fib daddr type != local return',
      `${isMarked} ${markPacket} return`,
      'ct state != new return',
      'iif lo return',
      `ether saddr @gateways ${markConnection} ${markPacket}`,
    ],
  },
  answers: {
    hook: 'type route hook output priority -150; policy accept;',
    rules: [`ct direction reply ${isMarked} ${markPacket}`],
  },
};

/**
 * A redirect is heeded behind this hook, and makes no exception from a route then: no switch has to be changed for it.
 * In IPv6 there is nothing to drop: a redirect has to come from the very address that a route leads to, and from a
 * link-local one, which no warp's is.
 */
const refusal: Chains = {
  redirects: {
    hook: 'type filter hook input priority -150; policy accept;',
    rules: ['icmp type redirect drop'],
  },
};

/** A chain that remembers, by being there, that accepted connections take their marks because we said so. */
export const acceptMemory = 'set_tcp_fwmark_accept';

/** By the priority that all of them have. */
export const repliesPriority = -150;

export function chainsFor({ gatewayMacs, refusesRedirects }: ReplyMarking): Chains {
  return { ...(gatewayMacs.length > 0 && marking), ...(refusesRedirects && refusal) };
}

/** One transaction for nft; a table that is there goes with it, so that nothing of an earlier one is left. */
export function formatReplies(replies: ReplyMarking | undefined, remembers = false): string {
  const gone = [`add table inet ${repliesTable}`, `delete table inet ${repliesTable}`];
  if (!replies) return script(gone);
  const { gatewayMacs } = replies;
  const stranger = gatewayMacs.find(mac => !macAddress.test(mac));
  if (stranger !== undefined) throw refused(stranger);
  return script([
    ...gone,
    `table inet ${repliesTable} {`,
    ...(gatewayMacs.length > 0
      ? ['set gateways {', 'type ether_addr', `elements = { ${gatewayMacs.join(', ')} }`, '}']
      : []),
    ...Object.entries(chainsFor(replies)).flatMap(([name, { hook, rules }]) => [
      `chain ${name} {`,
      hook,
      ...rules,
      '}',
    ]),
    ...(remembers ? [`chain ${acceptMemory} {`, '}'] : []),
    '}',
  ]);
}

function hexadecimal(bits: number): string {
  return `0x${bits.toString(16).padStart(8, '0')}`;
}

function script(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

function refused(mac: string): KernelError {
  return new KernelError('refused', `"${mac}" is no MAC address of a bridge.`, { exit: ExitCode.failed });
}
