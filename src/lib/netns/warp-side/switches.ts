import type { Family } from '../../model/routing.js';
import type { OpenNamespace } from '../open-namespace.js';
import { toolRefused } from '../tool-refused.js';
import type { RunTool } from '../tools.js';
import type { Memory } from './nat-table.js';

const paths = {
  ipv4: '/proc/sys/net/ipv4/ip_forward',
  ipv6: '/proc/sys/net/ipv6/conf/all/forwarding',
  redirects: '/proc/sys/net/ipv4/conf/all/accept_redirects',
} as const;

type Switch = keyof typeof paths;

/** The switches of a namespace: /proc/sys/net shows that of whoever looks, whatever a container itself may write. */
export interface Switches {
  readonly run: RunTool;
  readonly within: OpenNamespace;
}

async function isOn({ run, within }: Switches, key: Switch): Promise<boolean> {
  const result = await run({ tool: 'cat', args: [paths[key]], within });
  if (result.exitCode !== 0) throw toolRefused(`read ${paths[key]} in a container`, 'cat', result);
  return result.stdout.trim() !== '0';
}

async function set({ run, within }: Switches, key: Switch, value: 0 | 1): Promise<void> {
  const result = await run({ tool: 'tee', args: [paths[key]], input: `${String(value)}\n`, within });
  if (result.exitCode !== 0) throw toolRefused(`set ${paths[key]} in a container`, 'tee', result);
}

/** What has to be remembered before forwarding is switched on for these families: nothing where it is on. */
export async function changesAhead(
  switches: Switches,
  families: readonly Family[],
  remembered: ReadonlySet<Memory>,
): Promise<ReadonlySet<Memory>> {
  const memory = new Set(remembered);
  for (const family of families) {
    if (await isOn(switches, family)) continue;
    // The kernel switches the heeding of redirects off with forwarding on, and on with it off (ip-sysctl.rst).
    if (family === 'ipv4' && !remembered.has('set_ipv4_forwarding') && !(await isOn(switches, 'redirects'))) {
      memory.add('had_no_redirects');
    }
    memory.add(family === 'ipv4' ? 'set_ipv4_forwarding' : 'set_ipv6_forwarding');
  }
  return memory;
}

export async function switchOn(switches: Switches, families: readonly Family[]): Promise<void> {
  for (const family of families) if (!(await isOn(switches, family))) await set(switches, family, 1);
}

/** Takes back what is remembered. May be done again: a run may have been killed between this and forgetting it. */
export async function takeBack(switches: Switches, remembered: ReadonlySet<Memory>): Promise<void> {
  if (remembered.has('set_ipv6_forwarding')) await set(switches, 'ipv6', 0);
  if (!remembered.has('set_ipv4_forwarding')) return;
  await set(switches, 'ipv4', 0);
  if (remembered.has('had_no_redirects')) await set(switches, 'redirects', 0);
}
