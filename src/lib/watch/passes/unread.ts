/** What a pass could not read, for reasons that may be over in a moment, each with the reason. */
export interface Unread {
  /** Nothing could be read of the kernel. Whether anything is kept there is known from the passes before. */
  readonly kernel?: string;
  /** What other runs have begun, for an engine that is slow: until that is known no network is changed, and no container joins or leaves one. */
  readonly journal?: string;
  /** Some containers' namespaces could not be read. What they had before counts. */
  readonly namespaces?: true;
}

/** Why a pass is not taken for a good one; `undefined` where it saw all that it decides from. */
export function whyIncomplete({ kernel, journal }: Unread = {}): string | undefined {
  return kernel ?? journal;
}
