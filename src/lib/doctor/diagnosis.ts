/** What one check has found. */
export interface Diagnosis {
  /** `problem`: something that is declared cannot work. `note`: it works, and there is something to know of. */
  readonly verdict: 'ok' | 'note' | 'problem';
  /** What was looked at, in a word or two. */
  readonly subject: string;
  readonly says: string;
  /** What to do about it. */
  readonly fixes: readonly string[];
}

export function ok(subject: string, says: string): Diagnosis {
  return { verdict: 'ok', subject, says, fixes: [] };
}

export function note(subject: string, says: string, fixes: readonly string[] = []): Diagnosis {
  return { verdict: 'note', subject, says, fixes };
}

export function problem(subject: string, says: string, fixes: readonly string[] = []): Diagnosis {
  return { verdict: 'problem', subject, says, fixes };
}
