import { runContainer } from '../../engine/containers.js';
import type { ContainerSpec } from '../../engine/containers.js';
import type { PrivateEngine } from '../../engine/private-engine.js';
import { networkImage } from './network-image.js';

/** A container to ask from, doing nothing by itself. */
export async function startTarget(
  engine: PrivateEngine,
  spec: Omit<ContainerSpec, 'image'>,
): Promise<string> {
  return runContainer(engine, { ...spec, image: await networkImage(engine) });
}
