import { escapeLine } from '../model/escape.js';
import { type GuardState, bridgeOf } from '../model/guard.js';
import type { Network } from '../model/network.js';
import { alignColumns } from './columns.js';
import { packetsHeldBack, waysOut } from './guard-words.js';

/** What the guard lets out and holds back, network by network; `elsewhere` names warps that leave by another one. */
export function guardLines(
  guard: GuardState | undefined,
  networks: readonly Network[],
  elsewhere: (network: Network, letOut: readonly string[]) => readonly string[],
): string[] {
  if (!guard) return [];
  return [
    `guard  ${guard.whole ? 'in force' : 'was changed by another program: the next pass of apply or watch restores it'}`,
    ...alignColumns(
      guard.bridges.map(({ bridge, warps, dropped }) => {
        const network = networks.find(each => bridgeOf(each) === bridge);
        return [
          `  ${escapeLine(network?.name ?? `${bridge} (no network's)`)}`,
          waysOut(warps, network ? elsewhere(network, warps) : []),
          packetsHeldBack(dropped),
        ];
      }),
    ),
  ];
}
