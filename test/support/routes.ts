import { readRoutingRule } from '../../src/lib/config/routing-rule.js';
import type { Link } from '../../src/lib/model/namespace.js';
import { parsePrefix, type Prefix } from '../../src/lib/net/prefix.js';
import type { Passage, Route, RouteOrigin } from '../../src/lib/warps/routes/route.js';
import { network } from './world.js';

export interface RouteSketch {
  readonly via?: string;
  /** First digits of the warp's ID. */
  readonly id?: string;
  readonly origin?: RouteOrigin;
  readonly rules?: readonly string[];
  readonly bypass?: readonly string[];
  /** Null: the warp cannot be reached. */
  readonly passage?: Partial<Passage> | null;
  readonly closed?: string;
}

/** A way over the network `tunnel`, on which the target is 172.30.0.9 and the warp 172.30.0.2. */
export const passage: Passage = {
  network: network('tunnel'),
  ipv4: '172.30.0.2',
  targetIpv4: '172.30.0.9',
};

export const bothFamilies: Partial<Passage> = { ipv6: 'fd30::2', targetIpv6: 'fd30::9' };

/** The interfaces of a target that has its way to the warp on eth1. */
export const links: readonly Link[] = [
  { name: 'lo', addresses: ['127.0.0.1', '::1'] },
  { name: 'eth0', addresses: ['172.31.0.9', 'fd31::9'] },
  { name: 'eth1', addresses: ['172.30.0.9', 'fd30::9'] },
];

export function route(sketch: RouteSketch = {}): Route {
  const { via = 'warp-a', id = '000001', origin = 'label', rules = ['0.0.0.0/0', '::/0'] } = sketch;
  const { bypass = [], passage: way = {}, closed } = sketch;
  return {
    warp: { id: id.padEnd(64, '0'), name: via },
    origin,
    rules: rules.map(text => {
      const reading = readRoutingRule(text);
      if (!reading.ok) throw new Error(`${text} ${reading.why}`);
      return reading.rule;
    }),
    bypass: bypass.map(prefix),
    nat: false,
    ...(way && { passage: { ...passage, ...way } }),
    ...(closed !== undefined && { closed }),
  };
}

export function prefix(text: string): Prefix {
  const reading = parsePrefix(text);
  if (!reading.ok) throw new Error(`${text} ${reading.why}`);
  return reading.prefix;
}
