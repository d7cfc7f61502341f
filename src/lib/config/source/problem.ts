import type { ShapeExample } from '../shape-example.js';
import type { Path, Place } from './tree.js';

export type Severity = 'error' | 'warning';

/** Something wrong with a config: where it stands, why it matters and what may stand there instead. */
export interface Problem {
  /** The file, `-` for standard input, or the flag or variable that says it. */
  readonly file: string;
  /** From 1; absent where the place is no text: a flag, a variable, the file as a whole. */
  readonly line?: number;
  readonly column?: number;
  readonly path: Path;
  readonly message: string;
  readonly allowed?: string;
  readonly suggestion?: string;
  /** Lines of a config, in the format of the file, that have the right shape. */
  readonly example?: readonly string[];
  readonly severity: Severity;
}

/** Something wrong at a place of a file whose name the finder does not know. */
export interface Fault {
  readonly at: Place;
  readonly path?: Path;
  readonly message: string;
  readonly allowed?: string;
  readonly suggestion?: string;
  readonly example?: ShapeExample;
  readonly severity?: Severity;
}
