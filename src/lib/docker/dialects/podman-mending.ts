import type { ContainerRef } from '../../model/step.js';
import { isHalfConnected } from '../failures/classify.js';
import { isEngineFailure } from '../failures/engine-error.js';
import type { Engine, IdentifiedNetwork } from '../engine.js';

async function isHalfWay(engine: Engine, container: ContainerRef): Promise<boolean> {
  try {
    await engine.inspectContainer(container);
    return false;
  } catch (error) {
    return isHalfConnected(error);
  }
}

/**
 * Podman records a connect before it makes it. One that it then refuses (an address that is taken, say) leaves the
 * record, and from then on no list of containers can be had. Takes the record away; the disconnect is answered with
 * 500 and done all the same (measured on 5.4.2). Without the caller's signal: this must not be left half done.
 */
export async function mendRefusedConnect(
  engine: Engine,
  network: IdentifiedNetwork,
  container: ContainerRef,
  refusal: unknown,
): Promise<void> {
  if (!isEngineFailure(refusal, 'refused', 'transient')) return;
  if (!(await isHalfWay(engine, container))) return;
  try {
    await engine.disconnect(network, container);
  } catch {
    // Whether it helped is seen at the next list, which says what to do if it did not.
  }
}
