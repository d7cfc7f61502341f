import { escapeText } from '../model/escape.js';
import type { ProbeReport } from '../model/probe.js';

/** What is not asked by sending to an address: see docs/warps.md, "Names". */
const caveat =
  'Tells of this destination from this container alone; where names are looked up, fairlead warp list tells.';

function placeText({ packets: { destination, port, family } }: ProbeReport): string {
  return `${family === 'ipv6' ? `[${destination}]` : destination}:${String(port)}`;
}

function countsText({ counts, lost, lane }: ProbeReport): string {
  const { sent, refused, warps, past, heldBack } = counts;
  // The warp it belongs to, also where that does not run and nothing could be counted in it.
  const expected = lane.lane === 'warp' && !warps.some(({ warp }) => warp === lane.warp) ? [lane.warp] : [];
  const throughs = [...expected.map(warp => ({ warp, reached: 0 })), ...warps];
  return [
    `${String(sent)} sent`,
    ...throughs.map(({ warp, reached }) => `${String(reached)} through ${escapeText(warp)}`),
    `${String(past)} past ${throughs.length === 0 ? 'any warp' : throughs.length === 1 ? 'it' : 'them'}`,
    ...Object.entries(refused).map(([error, count]) => `${String(count)} refused (${escapeText(error)})`),
    ...(heldBack > 0 ? [`${String(heldBack)} held back`] : []),
    ...(lost > 0 ? [`${String(lost)} lost`] : []),
  ].join(', ');
}

/** `worker → 198.18.0.9:33434 udp: 100 sent, 100 through vpn, 0 past it`, and what that means. */
export function probeLines(report: ProbeReport): string[] {
  const { target, packets, says } = report;
  return [
    `${escapeText(target)} → ${placeText(report)} ${packets.protocol}: ${countsText(report)}`,
    ...says.map(sentence => `  ${sentence}`),
    `  ${caveat}`,
  ];
}

/** The fields of the document that `--json` prints. */
export function probeJson({
  target,
  packets,
  lane,
  counts,
  lost,
  outcome,
  says,
}: ProbeReport): Record<string, unknown> {
  return { target, packets, rule: lane, outcome, ...counts, lost, says: [...says, caveat] };
}
