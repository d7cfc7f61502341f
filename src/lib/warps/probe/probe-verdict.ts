import { ExitCode } from '../../model/errors.js';
import { escapeText } from '../../model/escape.js';
import type { ProbeCounts, ProbeLane, ProbeOutcome, ProbeReport, WarpCount } from '../../model/probe.js';
import type { ProbePlan } from './probe-plan.js';

/** What a kernel says that has no way for a packet, or a rule that forbids it (kernel facts 1). */
const closedErrors: ReadonlySet<string> = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EACCES',
  'EPERM',
  'EINVAL',
]);

const asDesired: ReadonlySet<ProbeOutcome> = new Set(['through', 'blocked', 'bypassed']);

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** Whether packets went through any other warp than theirs. */
function strays(warps: readonly WarpCount[], lane: ProbeLane): boolean {
  return lane.lane === 'warp' && warps.some(({ warp, reached }) => reached > 0 && warp !== lane.warp);
}

/** The worst of what was seen: one packet past a warp is a leak, however many went through it. */
function outcomeOf(lane: ProbeLane, counts: ProbeCounts, lost: number): ProbeOutcome {
  const { sent, refused, warps, past } = counts;
  if (past > 0 && lane.lane !== 'bypass') return 'past';
  if (strays(warps, lane)) return 'astray';
  if (lost > 0) return 'lost';
  if (Object.keys(refused).some(error => !closedErrors.has(error))) return 'unsent';
  if (past > 0) return 'bypassed';
  if (sum(warps.map(({ reached }) => reached)) > 0) return 'through';
  // Neither sent nor refused: the sender did not do its work, and nothing is proved.
  return sent === 0 && Object.keys(refused).length === 0 ? 'unsent' : 'blocked';
}

const meanings: Readonly<Record<ProbeOutcome, string>> = {
  through: 'Nothing came past the warp.',
  blocked: 'Blocked: nothing left.',
  bypassed: 'Past every warp, because a bypass says so.',
  past: 'Leak: packets came past every warp.',
  astray: 'Packets reached another warp than the one they belong to.',
  lost: 'Lost: packets left the container and were seen nowhere.',
  unsent: 'Packets could not be sent: this tells nothing about the routing.',
};

function ruleSays(lane: ProbeLane): string {
  switch (lane.lane) {
    case 'none':
      return 'No rule in place is about this destination: it goes as Docker routes it.';
    case 'bypass':
      return `It is bypassed: ${lane.rule}.`;
    case 'warp': {
      const shut = lane.open ? '' : ', which cannot be reached at present';
      return `The rule "${lane.rule}" sends it to ${escapeText(lane.warp)}${shut}.`;
    }
  }
}

function whatNext(outcome: ProbeOutcome, { lane }: ProbePlan, counts: ProbeCounts): string[] {
  const held =
    counts.heldBack > 0 ? ["Held back by the host's firewall: by the guard, or by other rules."] : [];
  switch (outcome) {
    case 'past':
      return [
        ...held,
        lane.lane === 'none'
          ? 'Route it: fairlead warp route; what is declared and in place: fairlead warp list.'
          : 'Other rules come before those of Fairlead in this container (ip rule, in its namespace), or it heeds ' +
            'redirects (ip route show cache; fairlead warp list).',
      ];
    case 'lost':
      return [
        ...held,
        'The warp does not answer on its network, or something drops them: fairlead warp list.',
      ];
    case 'astray':
      return [...held, 'Look at the rules in place: ip rule, in the namespace of the container.'];
    case 'through':
    case 'blocked':
    case 'bypassed':
    case 'unsent':
      return held;
  }
}

function onTheWarps({ warps }: ProbeCounts): string[] {
  return warps
    .filter(({ reached, sentOn }) => sentOn < reached)
    .map(
      ({ warp, reached, sentOn }) =>
        `${escapeText(warp)} sent on ${String(sentOn)} of ${String(reached)}: it answers itself, as proxies do, or ` +
        'lacks something: fairlead warp list.',
    );
}

/** What the counts of a probe mean. */
export function judgeProbe(plan: ProbePlan, counts: ProbeCounts): ProbeReport {
  const { target, packets, lane, notes } = plan;
  const { sent, warps, past, heldBack } = counts;
  const lost = Math.max(0, sent - sum(warps.map(({ reached }) => reached)) - past - heldBack);
  const outcome = outcomeOf(lane, counts, lost);
  const says = [
    meanings[outcome],
    ruleSays(lane),
    ...whatNext(outcome, plan, counts),
    ...onTheWarps(counts),
    ...notes,
  ];
  return { target, packets, lane, counts, lost, outcome, says };
}

/** `0` where nothing came past a warp that should not, and nothing is unexplained. */
export function probeExit({ outcome }: Pick<ProbeReport, 'outcome'>): ExitCode {
  return asDesired.has(outcome) ? ExitCode.asDesired : ExitCode.failed;
}
