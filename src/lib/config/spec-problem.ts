/** Something in a network's definition that would fail or surprise later. */
export interface SpecProblem {
  /** Where, in the keys of a Compose network definition: `['ipam', 'config', 0, 'gateway']`; [] is its name. */
  readonly path: readonly (string | number)[];
  /** What is wrong with it and why that matters. */
  readonly message: string;
  /** What may stand there instead. */
  readonly allowed?: string;
  /** What was probably meant. */
  readonly suggestion?: string;
  /** Errors are refused by the engine or harm; warnings are taken by it and do not do what they seem to. */
  readonly severity: 'error' | 'warning';
  /** What it says is not there. Where something of the wrong shape stands there, that is the mistake to mend. */
  readonly lacks?: readonly (string | number)[];
}

type Details = Pick<SpecProblem, 'allowed' | 'suggestion' | 'lacks'>;

export function specError(path: SpecProblem['path'], message: string, details: Details = {}): SpecProblem {
  return { path, message, ...details, severity: 'error' };
}

export function specWarning(path: SpecProblem['path'], message: string, details: Details = {}): SpecProblem {
  return { path, message, ...details, severity: 'warning' };
}

/** An optional detail as a property, so that an absent one is absent and not undefined. */
export function suggesting(suggestion: string | undefined): Details {
  return suggestion === undefined ? {} : { suggestion };
}
