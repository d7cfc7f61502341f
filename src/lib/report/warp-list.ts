import { escapeLine } from '../model/escape.js';
import { groupFindings, listedNames } from '../model/group-findings.js';
import type { Finding } from '../model/plan.js';
import type { RouteSummary } from '../model/step.js';
import { alignColumns } from './columns.js';
import { subjectOf } from './describe.js';
import { packetsHeldBack, waysOut } from './guard-words.js';
import { type Palette, plain } from './palette.js';

interface ListedTarget {
  readonly container: string;
  /** `routed`, `blocked`, … */
  readonly state: string;
  readonly routes: readonly RouteSummary[];
  readonly bypass: readonly string[];
  readonly why: string;
  readonly caveats: readonly Finding[];
}

interface ListedWarp {
  readonly container: string;
  readonly running: boolean;
  readonly targets: readonly string[];
  readonly caveats: readonly Finding[];
}

interface ListedGuard {
  readonly network: string;
  readonly state: string;
  readonly why: string;
  readonly warps: readonly string[];
  readonly elsewhere: readonly string[];
  readonly dropped: number;
  readonly caveats: readonly Finding[];
}

/** What `warp list` tells. */
export interface WarpList {
  readonly targets: readonly ListedTarget[];
  readonly warps: readonly ListedWarp[];
  readonly guarded: readonly ListedGuard[];
}

/** What is to be known of several is said once. */
function caveatLines(caveats: readonly Finding[], palette: Palette): string[] {
  if (caveats.length === 0) return [];
  const lines = groupFindings(caveats).flatMap(({ findings, reason, hints }) => [
    palette.warned(`  ! ${listedNames(findings.map(subjectOf))}: ${escapeLine(reason)}`),
    ...hints.map(hint => palette.faint(`      ${escapeLine(hint)}`)),
  ]);
  return ['to know of', ...lines];
}

/** `→ tor on net (by hand, blocked)`. */
function wayOf({ via, network, byHand, open }: RouteSummary, state: string): string {
  const over = network === undefined ? via : `${via} on ${network}`;
  // What the state says of all of them is not said of each.
  const more = [
    ...(byHand && state !== 'by hand' ? ['by hand'] : []),
    ...(open || state === 'blocked' ? [] : ['blocked']),
  ];
  return escapeLine(`→ ${over}${more.length > 0 ? ` (${more.join(', ')})` : ''}`);
}

const settled: ReadonlySet<string> = new Set(['routed', 'by hand']);

/** A line for each way, with what takes it; what goes past all of them; and why, where it is not as it should be. */
function targetRows({ container, state, routes, bypass, why }: ListedTarget): string[][] {
  const ways = routes.map(route => [wayOf(route, state), escapeLine(route.rules.join(', '))]);
  const past = bypass.length === 0 ? [] : [['not routed', escapeLine(bypass.join(', '))]];
  const whyNot = settled.has(state) || why === '' ? [] : [[escapeLine(why)]];
  const rows = [...ways, ...(ways.length > 0 ? past : []), ...whyNot];
  return (rows.length === 0 ? [[]] : rows).map((row, at) =>
    at === 0 ? [`  ${escapeLine(container)}`, state, ...row] : ['', '', ...row],
  );
}

function section(title: string, rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : [title, ...alignColumns(rows)];
}

function warpRow({ container, running, targets }: ListedWarp): string[] {
  const count = targets.length === 1 ? '1 target' : `${String(targets.length)} targets`;
  return [`  ${escapeLine(container)}`, running ? 'running' : 'not running', count];
}

function guardRow({ network, state, why, warps, elsewhere, dropped }: ListedGuard): string[] {
  const says = state === 'guarded' ? `${waysOut(warps, elsewhere)}; ${packetsHeldBack(dropped)}` : why;
  return [`  ${escapeLine(network)}`, state, escapeLine(says)];
}

/** Targets, warps and guarded networks, and below them what is to be known of each. */
export function warpListLines({ targets, warps, guarded }: WarpList, palette: Palette = plain): string[] {
  const lines = [
    ...section('targets', targets.flatMap(targetRows)),
    ...section('warps', warps.map(warpRow)),
    ...section('guarded networks', guarded.map(guardRow)),
    ...caveatLines(
      [...targets, ...warps, ...guarded].flatMap(({ caveats }) => caveats),
      palette,
    ),
  ];
  return lines.length === 0 ? ['No target, no warp and no guarded network.'] : lines;
}

/** The same as `--json` has it. */
export function warpListJson({ targets, warps, guarded }: WarpList): Record<string, unknown> {
  const withHints = (listed: ListedTarget | ListedWarp | ListedGuard): unknown => ({
    ...listed,
    caveats: listed.caveats.map(caveat => ({ ...caveat, hints: caveat.hints ?? [] })),
  });
  return { targets: targets.map(withHints), warps: warps.map(withHints), guarded: guarded.map(withHints) };
}
