import type { Family } from './routing.js';

/** What is sent to see where it comes out. */
export interface ProbePackets {
  /** A canonical address. */
  readonly destination: string;
  readonly family: Family;
  readonly protocol: 'udp' | 'tcp';
  readonly port: number;
  readonly count: number;
}

/** Where the rules in a container's namespace send packets, as far as they are ours. */
export type ProbeLane =
  /** No rule of ours is about them: they go as Docker routes them. */
  | { readonly lane: 'none' }
  | { readonly lane: 'bypass'; readonly rule: string }
  | {
      readonly lane: 'warp';
      readonly rule: string;
      readonly warp: string;
      /** False while there is no way to it: they are blocked. */
      readonly open: boolean;
    };

/** Packets that were counted in a warp's namespace. */
export interface WarpCount {
  readonly warp: string;
  /** Came in from somebody who is no warp. */
  readonly reached: number;
  /** Of them, forwarded: a proxy that answers itself forwards none. */
  readonly sentOn: number;
}

/** Where the packets of one probe were seen. */
export interface ProbeCounts {
  /** Taken by the kernel of the sender's namespace. */
  readonly sent: number;
  /** Refused by it, by error: `EHOSTUNREACH`. */
  readonly refused: Readonly<Record<string, number>>;
  readonly warps: readonly WarpCount[];
  /** Left the bridge past every warp: forwarded by the host, or taken in by the host itself. */
  readonly past: number;
  /** Would have, and the host's firewall dropped them: the guard, or somebody else's rules. */
  readonly heldBack: number;
}

export type ProbeOutcome =
  /** Nothing came past, and every packet is accounted for. */
  | 'through'
  /** None left at all. */
  | 'blocked'
  /** They came past every warp because a bypass says so. */
  | 'bypassed'
  | 'past'
  /** They reached another warp than the one they belong to. */
  | 'astray'
  /** They left the namespace, and were seen nowhere. */
  | 'lost'
  /** They could not be sent, for a reason that has nothing to do with routing. */
  | 'unsent';

/** What a probe tells. */
export interface ProbeReport {
  readonly target: string;
  readonly packets: ProbePackets;
  readonly lane: ProbeLane;
  readonly counts: ProbeCounts;
  readonly lost: number;
  readonly outcome: ProbeOutcome;
  /** What it means and what to do about it, one sentence each. */
  readonly says: readonly string[];
}
