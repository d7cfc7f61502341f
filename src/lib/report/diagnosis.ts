import { escapeLine } from '../model/escape.js';
import { alignColumns } from './columns.js';
import { type Palette, plain } from './palette.js';

interface Diagnosed {
  readonly verdict: 'ok' | 'note' | 'problem';
  readonly subject: string;
  readonly says: string;
  readonly fixes: readonly string[];
}

const signs = { ok: '=', note: '!', problem: 'x' } as const;

/** One line a check, with what to do about it below. */
export function diagnosisLines(diagnoses: readonly Diagnosed[], palette: Palette = plain): string[] {
  const colour = { ok: palette.faint, note: palette.warned, problem: palette.failed };
  const heads = alignColumns(
    diagnoses.map(({ verdict, subject, says }) => [
      `${signs[verdict]} ${escapeLine(subject)}`,
      escapeLine(says),
    ]),
  );
  return diagnoses.flatMap(({ verdict, fixes }, i) => [
    colour[verdict](heads[i] ?? ''),
    ...fixes.map(fix => palette.faint(`    ${escapeLine(fix)}`)),
  ]);
}
