import { escapeLine } from '../model/escape.js';
import { type GuardState, bridgeOf } from '../model/guard.js';
import type { Network } from '../model/network.js';
import { alignColumns } from './columns.js';

/** What the guard holds back, network by network. */
export function guardLines(guard: GuardState | undefined, networks: readonly Network[]): string[] {
  if (!guard) return [];
  const nameOf = (bridge: string): string =>
    networks.find(network => bridgeOf(network) === bridge)?.name ?? `${bridge} (no network's)`;
  return [
    `guard  ${guard.whole ? 'in force' : 'was changed by somebody: the next pass writes it anew'}`,
    ...alignColumns(
      guard.bridges.map(({ bridge, warps, dropped }) => [
        `  ${escapeLine(nameOf(bridge))}`,
        warps.length === 0 ? 'no warp: nothing gets out' : `out by ${warps.join(', ')} only`,
        `${String(dropped)} packets held back`,
      ]),
    ),
  ];
}
