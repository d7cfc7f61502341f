import type { FairleadError } from '../model/errors.js';
import type { Plan } from '../model/plan.js';
import type { World } from '../model/world.js';
import type { WarpDeclaration } from '../warps/routes/declaration.js';

interface RunningWatch {
  readonly pid: number;
  readonly engine: string;
  readonly config: string;
}

/** What a check-up needs to know, gathered once. What could not be found out says why. */
export interface Facts {
  readonly config: {
    /** Absent: there is none. */
    readonly file?: string;
    readonly warnings: readonly string[];
  };
  readonly engine:
    | { readonly url: string; readonly world: World; readonly plan: Plan }
    | { readonly url: string; readonly failure: FairleadError };
  /** Where recreations are written down. */
  readonly state: {
    readonly folder: string;
    readonly writable: boolean;
    /** Networks whose recreation was interrupted. */
    readonly unfinished: readonly string[];
    /** Why that is not known. */
    readonly unread?: FairleadError;
  };
  /** What holds back at the next boot until the first pass; absent where the system has no say in it. */
  readonly guardAtBoot?: {
    /** The unit that loads the guard before the engine starts. */
    readonly enabled: boolean;
    /** The file that it loads. */
    readonly file: string;
    /** What it loads, as it is written; absent where there is nothing. */
    readonly written?: string;
  };
  /** The watches of this user that run on this host. */
  readonly watches: readonly RunningWatch[];
  readonly declares: {
    readonly warps: WarpDeclaration;
    readonly proxies: boolean;
    readonly guarded: readonly string[];
  };
}
