import { bridgeOf } from '../model/guard.js';
import type { Finding } from '../model/plan.js';
import type { World } from '../model/world.js';
import type { WarpDeclaration } from './routes/declaration.js';
import { leavingElsewhere } from './guard/leaving-elsewhere.js';
import { planWarpGuard } from './plan.js';

/** A network that only warps may send out of, and how that is at this moment. */
export interface GuardedListing {
  readonly network: string;
  readonly state: 'guarded' | 'not guarded yet' | 'refused' | 'left over' | 'unknown';
  /** Addresses that may send out of it. */
  readonly warps: readonly string[];
  /** Names of warps on it that send on by another network what their targets send to them. */
  readonly elsewhere: readonly string[];
  /** Packets of others held back since the guard was last written. */
  readonly dropped: number;
  readonly why: string;
  /** What it does not hold back, or holds back altogether. */
  readonly caveats: readonly Finding[];
}

/** Every network that is to be guarded, and every bridge that still is. */
export function listGuarded(declaration: WarpDeclaration, world: World): GuardedListing[] {
  const { steps, findings } = planWarpGuard(declaration, world);
  const host = world.kernel?.host;
  const unseen = world.kernel?.outOfReach?.why;
  const inForce = host?.guard?.bridges ?? [];
  const names = [...new Set(declaration.guarded)].sort();
  const bridges = new Map(
    world.networks
      .filter(({ name }) => names.includes(name))
      .map(network => [bridgeOf(network), network.name]),
  );
  const elsewhere = leavingElsewhere(declaration, world);
  const listed = names.map((name): GuardedListing => {
    const refused = findings.find(({ find, network }) => find === 'refused' && network === name);
    const here = inForce.filter(({ bridge }) => bridges.get(bridge) === name);
    const planned = steps.some(
      step => step.do === 'set-guard' && step.guard.some(({ network }) => network.name === name),
    );
    const letOut = here.flatMap(({ warps }) => warps);
    const state = !host ? 'unknown' : refused ? 'refused' : here.length > 0 ? 'guarded' : 'not guarded yet';
    return {
      network: name,
      state,
      warps: letOut,
      elsewhere: world.networks.filter(each => each.name === name).flatMap(each => elsewhere(each, letOut)),
      dropped: here.reduce((sum, { dropped }) => sum + dropped, 0),
      why: refused?.reason ?? unseen ?? (planned ? (steps[0]?.reason ?? '') : 'as declared'),
      caveats: findings
        .filter(({ find, network }) => (find === 'caveat' || find === 'warning') && network === name)
        .map(each => ({ ...each, find: 'caveat' })),
    };
  });
  const others = inForce.filter(({ bridge }) => !bridges.has(bridge));
  return [
    ...listed,
    ...others.map(({ bridge, warps, dropped }): GuardedListing => ({
      network: bridge,
      state: 'left over',
      warps,
      elsewhere: [],
      dropped,
      why: 'no network that is declared to be guarded has this bridge',
      caveats: [],
    })),
  ];
}
