import { type Network, shortId } from '../model/network.js';
import { isOwnNetwork } from '../model/ownership.js';
import { isUnused } from '../model/unused.js';
import type { World } from '../model/world.js';

/** What is one word to a shell, and to the engine the name of this network. */
const plainName = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
const longestCommand = 100;
const mostCommands = 6;

/** Networks with addresses out of the space that the engine gives subnets from. */
function takesAddresses({ scope, configOnly, ipam }: Network): boolean {
  return scope === 'local' && !configOnly && ipam.driver === 'default' && ipam.pools.length > 0;
}

/** A name for a command line, or an ID where the name would not do. */
function argument(network: Network, networks: readonly Network[]): string {
  const { id, name } = network;
  const isAlone = networks.every(other => other === network || other.name !== name);
  return plainName.test(name) && isAlone ? name : shortId(id);
}

/** Commands that remove networks, in lines that nobody has to cut. */
function removals(names: readonly string[]): string[] {
  const command = 'docker network rm';
  const lines: string[][] = [];
  for (const name of names) {
    const line = lines.at(-1);
    const fits = line && [command, ...line, name].join(' ').length <= longestCommand;
    if (fits) line.push(name);
    else lines.push([name]);
  }
  const told = lines.slice(0, mostCommands);
  const rest = names.length - told.flat().length;
  return [
    ...told.map(line => [command, ...line].join(' ')),
    ...(rest > 0 ? [`… and ${String(rest)} more: fairlead network list`] : []),
  ];
}

function counted(count: number): string {
  return count === 1 ? '1 network has' : `${String(count)} networks have`;
}

/**
 * How many the default pools hold. Where fewer are given away, the host's routes take the rest: an engine gives no
 * subnet that one of them overlaps, and refuses in the same words (measured on 20.10, 26.1 and 28.5).
 */
const defaultSubnets = 31;

/**
 * What helps when the engine has no subnet left to give: who has them, which of those nothing is on, and how to get
 * more. Nothing is removed by itself: what looks unused may be somebody's for tomorrow.
 */
export function poolExhaustionHints(
  name: string,
  { networks, containers }: Pick<World, 'networks' | 'containers'>,
): string[] {
  const holders = networks.filter(takesAddresses);
  const unused = holders
    .filter(network => isUnused(network, containers))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const own = unused.filter(isOwnNetwork);
  const others = unused.filter(network => !isOwnNetwork(network)).map(entry => argument(entry, networks));
  const count = `${counted(holders.length)} subnets of this engine`;
  return [
    unused.length === 0
      ? `${count}, and containers are on all of them, running or stopped.`
      : `${count}; on ${String(unused.length)} of them is no container, not even a stopped one.`,
    ...(others.length > 0 ? ['To remove those that nobody needs any more:', ...removals(others)] : []),
    ...(own.length > 0
      ? [
          `Fairlead made ${String(own.length)} of them: fairlead network prune removes those that are not declared.`,
        ]
      : []),
    ...(holders.length < defaultSubnets
      ? ['Nor does it give what a route of its host leads to, such as a VPN’s: `ip route` shows them.']
      : []),
    `Or give it a subnet of its own: fairlead network ensure ${plainName.test(name) ? name : 'NAME'} --subnet CIDR`,
    'Or give the engine more: `default-address-pools` in its daemon.json.',
  ];
}
