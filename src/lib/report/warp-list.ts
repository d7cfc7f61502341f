import { escapeLine } from '../model/escape.js';
import type { Finding } from '../model/plan.js';
import type { RouteSummary } from '../model/step.js';
import { alignColumns } from './columns.js';
import { type Palette, plain } from './palette.js';

interface ListedTarget {
  readonly container: string;
  /** `routed`, `blocked`, … */
  readonly state: string;
  readonly routes: readonly RouteSummary[];
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
  readonly dropped: number;
}

/** What `warp list` tells. */
export interface WarpList {
  readonly targets: readonly ListedTarget[];
  readonly warps: readonly ListedWarp[];
  readonly guarded: readonly ListedGuard[];
}

/** Caveats of one kind are said once, with everybody they are about. */
function caveatLines(caveats: readonly Finding[], palette: Palette): string[] {
  const distinct = new Map(caveats.map(finding => [finding.reason, finding]));
  return [...distinct.values()].flatMap(({ reason, hints = [] }) => [
    palette.warned(`    ! ${escapeLine(reason)}`),
    ...hints.map(hint => palette.faint(`        ${escapeLine(hint)}`)),
  ]);
}

function wayOf({ via, network }: RouteSummary): string {
  return network === undefined ? via : `${via} on ${network}`;
}

function targetRows({ container, state, routes, why }: ListedTarget): string[] {
  const ways = routes.map(wayOf).join(', ');
  const rules = routes.flatMap(route => route.rules).join(', ');
  const what = state === 'routed' || state === 'by hand' ? rules : why;
  return [`  ${escapeLine(container)}`, state, escapeLine(ways === '' ? '-' : `→ ${ways}`), escapeLine(what)];
}

function section(title: string, rows: readonly (readonly string[])[], below: readonly string[][]): string[] {
  if (rows.length === 0) return [];
  return [title, ...alignColumns(rows).flatMap((row, i) => [row, ...(below[i] ?? [])])];
}

function warpRow({ container, running, targets }: ListedWarp): string[] {
  const count = targets.length === 1 ? '1 target' : `${String(targets.length)} targets`;
  return [`  ${escapeLine(container)}`, running ? 'running' : 'not running', count];
}

function guardRow({ network, state, why, warps, dropped }: ListedGuard): string[] {
  const held = `, ${String(dropped)} packets held back`;
  const ways = warps.length === 0 ? 'nothing gets out' : `out by ${warps.join(', ')} only`;
  const says = state === 'guarded' ? `${ways}${held}` : why;
  return [`  ${escapeLine(network)}`, state, escapeLine(says)];
}

/** Targets, warps and guarded networks, each with what is to be known of it. */
export function warpListLines({ targets, warps, guarded }: WarpList, palette: Palette = plain): string[] {
  const lines = [
    ...section(
      'targets',
      targets.map(targetRows),
      targets.map(({ caveats }) => caveatLines(caveats, palette)),
    ),
    ...section(
      'warps',
      warps.map(warpRow),
      warps.map(({ caveats }) => caveatLines(caveats, palette)),
    ),
    ...section('guarded networks', guarded.map(guardRow), []),
  ];
  return lines.length === 0 ? ['No target, no warp and no guarded network.'] : lines;
}

/** The same as `--json` has it. */
export function warpListJson({ targets, warps, guarded }: WarpList): Record<string, unknown> {
  const withHints = (listed: ListedTarget | ListedWarp): unknown => ({
    ...listed,
    caveats: listed.caveats.map(caveat => ({ ...caveat, hints: caveat.hints ?? [] })),
  });
  return { targets: targets.map(withHints), warps: warps.map(withHints), guarded };
}
