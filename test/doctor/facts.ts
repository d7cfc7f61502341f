import { defaultConfig } from '../../src/lib/config/default-config.js';
import type { Facts } from '../../src/lib/doctor/facts.js';
import { emptyPlan } from '../../src/lib/model/plan.js';
import { warpDeclaration } from '../../src/lib/warps/routes/declaration.js';
import { world } from '../support/world.js';

export const url = 'unix:///run/docker.sock';

type Sketch = Partial<Omit<Facts, 'declares'> & Facts['declares']>;

/** A host where all is well and nothing is declared, but for what is said. */
export function facts({ proxies, guarded, warps, ...rest }: Sketch = {}): Facts {
  return {
    config: { file: 'fairlead.yaml', warnings: [] },
    engine: { url, world: world([], []), plan: emptyPlan },
    state: { folder: '/var/lib/fairlead', writable: true, unfinished: [] },
    watches: [],
    ...rest,
    declares: {
      proxies: proxies ?? false,
      guarded: guarded ?? [],
      warps: warps ?? warpDeclaration(defaultConfig()),
    },
  };
}
