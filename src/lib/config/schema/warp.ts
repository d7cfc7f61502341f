import * as z from 'zod';
import { selector } from './selector.js';
import { nonEmpty } from './text.js';

const rule = z.union([
  nonEmpty,
  z.strictObject({
    to: nonEmpty.describe('Destination in CIDR notation.'),
    protocol: z.enum(['tcp', 'udp', 'icmp']).describe('Only this protocol.').exactOptional(),
    ports: z
      .union([z.int().min(1).max(65_535), nonEmpty])
      .describe('Only these destination ports: 443, "80-443", or "80,443,8000-8999".')
      .exactOptional(),
  }),
]);

const rules = z
  .array(rule)
  .describe('What is routed: "CIDR [tcp|udp|icmp [PORTS]]", or a map of to, protocol, ports.');

const bypass = z.array(nonEmpty).describe('Destinations that are not routed, in CIDR notation.');

const route = z.strictObject({
  target: selector.describe('The containers whose traffic is routed.'),
  via: nonEmpty.describe("The warp container's name."),
  network: nonEmpty.describe('The network to reach it on, where they share more than one.').exactOptional(),
  rules: rules.exactOptional(),
  bypass: bypass.exactOptional(),
  nat: z.boolean().describe('As warp.nat, for this route.').exactOptional(),
});

export const warp = z
  .strictObject({
    container_name_pattern: z
      .string()
      .describe('Names of warp containers: a glob, or re: and a regular expression. Empty: none by name.')
      .default('warp-*'),
    target_label: nonEmpty
      .describe("The label that makes a container a target; its value is the warp container's name.")
      .default('fairlead.warp'),
    network_label: nonEmpty
      .describe('The label that says which network to use, where they share more than one.')
      .default('fairlead.warp.network'),
    routing_rules: rules.default(['0.0.0.0/0', '::/0']),
    routes: z.array(route).describe('Targets and their warps, beside those that labels declare.').default([]),
    bypass: bypass.default([]),
    nat: z
      .boolean()
      .describe('Set up forwarding and NAT in the warp container where they are missing.')
      .default(false),
    strict: z
      .boolean()
      .describe(
        'Count what routing cannot close (names looked up from the host, unguarded starts) as errors.',
      )
      .default(false),
    priority_base: z
      .int()
      .min(1)
      .max(32_000)
      .describe('First priority of the rules placed in a target; lower ones keep precedence.')
      .default(10_000),
    on_exit: z
      .enum(['keep', 'withdraw'])
      .describe('What becomes of routes and guard when watch ends.')
      .default('keep'),
  })
  .describe('Egress of containers through other containers.');
