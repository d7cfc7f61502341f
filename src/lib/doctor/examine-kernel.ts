import { type GuardState, bridgeOf } from '../model/guard.js';
import type { Step } from '../model/step.js';
import type { World } from '../model/world.js';
import { missingWarps } from '../warps/routes/missing-warps.js';
import { type Diagnosis, note, ok, problem } from './diagnosis.js';
import type { Facts } from './facts.js';

/** What warps need of this host, and whether what holds traffic back does. */
export function examineKernel(
  { declares, guardAtBoot }: Facts,
  { kernel, networks }: World,
  steps: readonly Step[],
): Diagnosis[] {
  if (!kernel) return [ok('warps', 'none declared, and nothing of ours is left anywhere')];
  if (kernel.outOfReach) {
    const { why, hints } = kernel.outOfReach;
    return [problem('warps', why, hints)];
  }
  const lacksNft = kernel.host?.lacksNft ?? false;
  const count = kernel.namespaces.size;
  return [
    ok(
      'warps',
      `rights and tools are there; ${count === 1 ? '1 namespace was' : `${String(count)} namespaces were`} read`,
    ),
    ...(lacksNft
      ? [
          problem(
            'nftables',
            'nft is missing: no guard, no NAT and no published ports of targets without it',
            ['Install nftables: apt-get install nftables'],
          ),
        ]
      : []),
    ...(declares.guarded.length > 0 && !lacksNft
      ? [
          examineGuard(declares.guarded, networks, kernel.host?.guard, steps),
          ...examineBoot(guardAtBoot, kernel.host?.guard),
        ]
      : []),
  ];
}

function examineGuard(
  declared: readonly string[],
  networks: World['networks'],
  guard: GuardState | undefined,
  steps: readonly Step[],
): Diagnosis {
  const names = declared.join(', ');
  const inForce = new Set(guard?.whole ? guard.bridges.map(({ bridge }) => bridge) : []);
  const without = networks.filter(each => declared.includes(each.name) && !inForce.has(bridgeOf(each)));
  if (!guard?.whole || without.length > 0) {
    const which = without.length > 0 ? without.map(({ name }) => name).join(', ') : names;
    const isToDo = steps.some(({ do: kind }) => kind === 'set-guard');
    const fixes = ['Put it in force: fairlead apply'];
    return isToDo
      ? note('guard', `not in force for ${which} yet`, fixes)
      : problem('guard', `not in force for ${which}`, fixes);
  }
  const dropped = guard.bridges.reduce((sum, bridge) => sum + bridge.dropped, 0);
  return ok(
    'guard',
    `in force for ${names}; ${dropped === 1 ? '1 packet' : `${String(dropped)} packets`} held back`,
  );
}

/** The engine starts containers before the first pass: what they send until then. */
function examineBoot(boot: Facts['guardAtBoot'], guard: GuardState | undefined): Diagnosis[] {
  const gap = 'after a reboot it is not in force until the first pass';
  if (!boot) return [];
  if (!boot.enabled) {
    return [
      note('guard', `${gap}: fairlead-guard.service is not enabled`, [
        'Enable it: systemctl enable fairlead-guard (it is in the folder systemd of the package)',
      ]),
    ];
  }
  const { file, written } = boot;
  const lacks = (guard?.bridges ?? []).filter(({ bridge }) => !written?.includes(JSON.stringify(bridge)));
  if (written !== undefined && lacks.length === 0) return [];
  const why =
    written === undefined ? 'is not there' : `lacks ${lacks.map(({ bridge }) => bridge).join(', ')}`;
  return [note('guard', `${gap}: ${file} ${why}`, ['The next pass writes it: fairlead apply'])];
}

/** Whoever is routed through a warp that is not there is blocked: said also where nobody may look into the kernel. */
export function examineWarpNames({ declares }: Facts, { containers }: World): Diagnosis[] {
  return missingWarps(declares.warps, containers).map(({ via, says, meant }) =>
    problem('warps', `there is no container ${via}, which ${says.join(', ')} routes through`, [
      ...(meant === undefined ? [] : [`Did you mean ${meant}?`]),
      'Until there is one, nothing gets out that is routed through it.',
    ]),
  );
}
