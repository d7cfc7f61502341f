import { createContainer, runContainer } from '../test/engine/containers.js';
import { createNetwork } from '../test/engine/networks.js';
import type { PrivateEngine } from '../test/engine/private-engine.js';

export const warpName = 'vpn';

export function targetName(index: number): string {
  return `t${String(index).padStart(4, '0')}`;
}

/** A warp, on a network that has room for many. It forwards; where to is nothing to these measures. */
export async function startWarp(engine: PrivateEngine): Promise<void> {
  await createNetwork(engine, { name: 'work', subnet: '10.64.0.0/16' });
  await runContainer(engine, {
    name: warpName,
    network: 'work',
    hostConfig: { Sysctls: { 'net.ipv4.ip_forward': '1' } },
  });
}

/** Brings the targets to so many, four at a time. */
export async function startTargets(engine: PrivateEngine, from: number, to: number): Promise<void> {
  const left = Array.from({ length: to - from }, (_, at) => targetName(from + at));
  const start = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const id = await createContainer(engine, {
        name,
        network: 'work',
        labels: { 'fairlead.warp': warpName },
        // A bridge takes 1023 ports, and a container no more than this one process.
        init: false,
      });
      await engine.api('POST', `/containers/${id}/start`);
    }
  };
  await Promise.all([start(), start(), start(), start()]);
}
