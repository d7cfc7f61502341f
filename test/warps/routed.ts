import type { Container } from '../../src/lib/model/container.js';
import type { NamespaceState } from '../../src/lib/model/namespace.js';
import type { Network } from '../../src/lib/model/network.js';
import type { RoutingRule } from '../../src/lib/config/routing-rule.js';
import { readRoutingRule } from '../../src/lib/config/routing-rule.js';
import type { WarpSide } from '../../src/lib/model/warp-side.js';
import type { World } from '../../src/lib/model/world.js';
import type { RoutedTarget } from '../../src/lib/warps/routes/route.js';
import { bridge, kernelWorld, namespaceOf, placed, type PlacedSketch } from './scenes.js';

export const vpnNet = bridge('vpn-net', '10.1.0.0/24');

/** A VPN on `vpn-net`, and on the network by which it leaves. */
export const vpn = placed('vpn', { at: { egress: '198.18.1.2', 'vpn-net': '10.1.0.2' }, pid: 99 });

export function rules(...texts: readonly string[]): RoutingRule[] {
  return texts.map(text => {
    const reading = readRoutingRule(text);
    if (!reading.ok) throw new Error(`${text} ${reading.why}`);
    return reading.rule;
  });
}

export interface RoutedSketch extends PlacedSketch {
  readonly nat?: boolean;
  readonly rules?: readonly string[];
  /** False while the warp cannot be reached. */
  readonly open?: boolean;
  readonly warp?: Container;
  readonly network?: Network;
}

/** A container whose traffic goes through a warp that is on the same network. */
export function routed(name: string, sketch: RoutedSketch = {}): RoutedTarget {
  const { nat = false, open = true, warp = vpn, network = vpnNet, ...rest } = sketch;
  const container = placed(name, { at: { [network.name]: '10.1.0.3' }, ...rest });
  const [far, near] = [warp, container].map(({ endpoints }) =>
    endpoints.find(({ networkName }) => networkName === network.name),
  );
  const passage = {
    network,
    ...(far?.ipv4 !== undefined && { ipv4: far.ipv4 }),
    ...(far?.ipv6 !== undefined && { ipv6: far.ipv6 }),
    ...(near?.ipv4 !== undefined && { targetIpv4: near.ipv4 }),
    ...(near?.ipv6 !== undefined && { targetIpv6: near.ipv6 }),
  };
  return {
    container,
    process: { id: container.id, name, pid: 7, startedAt: '2026-01-01T00:00:00Z' },
    routes: [
      {
        warp: { id: warp.id, name: warp.name },
        origin: 'label',
        rules: rules(...(sketch.rules ?? ['0.0.0.0/0', '::/0'])),
        bypass: [],
        nat,
        ...(open ? { passage } : { closed: 'it does not run' }),
      },
    ],
  };
}

/** The World of these targets and their warp, with what the warp does with packets of others. */
export function around(
  targets: readonly RoutedTarget[],
  side: Partial<WarpSide> = {},
  { warp = vpn, state = {}, networks = [] }: Around = {},
): World {
  const base = kernelWorld(
    ['egress', vpnNet, ...networks],
    [warp, ...targets.map(({ container }) => container)],
    {
      sides: { [warp.name]: side },
    },
  );
  const reading = namespaceOf(warp, undefined, {
    warpSide: { tunnels: [], masquerades: [], dropping: [], clampsSegments: false, hasOwn: false, ...side },
    ...state,
  });
  const { kernel } = base;
  if (!kernel) return base;
  return { ...base, kernel: { ...kernel, namespaces: new Map([...kernel.namespaces, [warp.id, reading]]) } };
}

interface Around {
  readonly warp?: Container;
  /** Of the warp's namespace. */
  readonly state?: Partial<NamespaceState>;
  readonly networks?: readonly Network[];
}
