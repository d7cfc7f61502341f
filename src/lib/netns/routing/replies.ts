import { ExitCode } from '../../model/errors.js';
import { type ReplyMarking, replyMark } from '../../model/routing.js';
import { KernelError } from '../kernel-error.js';
import { type Fields, isFields } from './ip-output.js';

/** A name of its own: in one and the same namespace there may be what is set up for a warp besides. */
export const repliesTable = 'fairlead-replies';

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
 * sender's is marked: not what a warp sends in, whatever address it has by now, nor what only passes through. Marked on the way in too: a strict reverse path filter looks the sender up with the mark of the
 * packet. The other bits of both marks stay as they are.
 */
const chains = {
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
} as const;

/** One transaction for nft; a table that is there goes with it, so that nothing of an earlier one is left. */
export function formatReplies(replies: ReplyMarking | undefined): string {
  const gone = [`add table inet ${repliesTable}`, `delete table inet ${repliesTable}`];
  if (!replies) return script(gone);
  const stranger = replies.gatewayMacs.find(mac => !macAddress.test(mac));
  if (stranger !== undefined) throw refused(stranger);
  return script([
    ...gone,
    `table inet ${repliesTable} {`,
    'set gateways {',
    'type ether_addr',
    ...(replies.gatewayMacs.length > 0 ? [`elements = { ${replies.gatewayMacs.join(', ')} }`] : []),
    '}',
    ...Object.entries(chains).flatMap(([name, { hook, rules }]) => [`chain ${name} {`, hook, ...rules, '}']),
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

/** What `nft -j list table` says of the table. */
export function readReplies(stdout: string): ReplyMarking {
  const entries = entriesOf(stdout);
  const of = (kind: string): Fields[] =>
    entries.flatMap(entry => (isFields(entry[kind]) ? [entry[kind]] : []));
  const elements = of('set').find(({ name }) => name === 'gateways')?.['elem'];
  const macs = Array.isArray(elements) ? elements.map(String) : [];
  const isWhole =
    of('chain').length === Object.keys(chains).length &&
    Object.entries(chains).every(
      ([name, { rules }]) =>
        of('chain').some(chain => chain['name'] === name && chain['prio'] === -150) &&
        of('rule').filter(({ chain }) => chain === name).length === rules.length,
    );
  return { gatewayMacs: macs.sort(), ...(!isWhole && { altered: true }) };
}

function entriesOf(stdout: string): Fields[] {
  try {
    const read: unknown = JSON.parse(stdout);
    const entries: unknown = isFields(read) ? read['nftables'] : undefined;
    if (Array.isArray(entries)) return entries.filter(isFields);
  } catch {
    // Said below.
  }
  throw new KernelError('no-answer', 'What nft printed cannot be read: it is not the JSON it should be.', {
    exit: ExitCode.failed,
    hints: ['Was this nft built without JSON? `nft -V` tells.'],
  });
}
