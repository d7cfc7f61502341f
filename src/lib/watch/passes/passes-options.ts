import type { Step } from '../../model/step.js';
import type { Clock } from '../clock.js';
import type { HostProcesses } from '../departures/host-processes.js';
import type { LoopEvent } from '../loop-event.js';
import type { RunPass } from './pass-request.js';

export interface PassesOptions {
  readonly runPass: RunPass;
  /** Ends the loop, after the step under way. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: () => number;
  /** Whether a step closes what is open to traffic: nothing that failed holds it back. */
  readonly closesTraffic: (step: Step) => boolean;
  /** The first failure is the last. */
  readonly failFast?: boolean;
  readonly observer: (event: LoopEvent) => void;
  /** Absent where the containers run on another host. */
  readonly processes?: HostProcesses | undefined;
  /** Whether any proxy leaves as soon as a container is asked to stop. */
  readonly leavesAtStop?: () => boolean;
}
