/** A trouble that stays the same is reported again this often. */
const reminderMs = 3_600_000;

interface Reported {
  readonly what: string;
  readonly at: number;
}

/** What was reported of each subject: a trouble is news when it begins, when it becomes another one, and every hour. */
export class Reminders {
  readonly #reported = new Map<string, Reported>();

  /** Says whether this is to be reported now, and takes it for reported. */
  isNews(subject: string, what: string, now: number): boolean {
    const before = this.#reported.get(subject);
    if (before?.what === what && now - before.at < reminderMs) return false;
    this.#reported.set(subject, { what, at: now });
    return true;
  }

  /** The trouble is over: the next one is news. */
  forget(subject: string): void {
    this.#reported.delete(subject);
  }

  /** Forgets what would be news again anyway, where nobody says when a trouble is over. */
  dropOlder(now: number): void {
    for (const [subject, { at }] of this.#reported) {
      if (now - at >= reminderMs) this.#reported.delete(subject);
    }
  }
}
