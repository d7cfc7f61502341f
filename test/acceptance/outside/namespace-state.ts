import type { PrivateEngine } from '../../engine/private-engine.js';

/** All that decides where packets go, as the kernel tells it. */
export interface NamespaceState {
  readonly rules: string;
  readonly routes: string;
  readonly nft: string;
  readonly switches: string;
}

const questions = {
  rules: 'ip -4 rule show; echo; ip -6 rule show',
  routes: 'ip -4 route show table all; echo; ip -6 route show table all',
  nft: 'nft --stateless list ruleset',
  switches: 'cd /proc/sys/net/ipv4; head -v tcp_fwmark_accept ip_forward conf/*/accept_redirects',
} as const;

/** Of the engine's own namespace. */
export async function hostState(engine: PrivateEngine): Promise<NamespaceState> {
  return stateBy(script => engine.exec('sh', ['-c', script]));
}

/** Of a running container's. */
export async function containerState(engine: PrivateEngine, container: string): Promise<NamespaceState> {
  const pid = await pidOf(engine, container);
  return stateBy(script => inNamespace(engine, pid, 'sh', ['-c', script]));
}

async function stateBy(ask: (script: string) => Promise<string>): Promise<NamespaceState> {
  const [rules, routes, nft, switches] = await Promise.all([
    ask(questions.rules),
    ask(questions.routes),
    ask(questions.nft),
    ask(questions.switches),
  ]);
  return { rules, routes: withoutTimes(routes), nft, switches };
}

/** What changes by itself: how long a route is good for, and what follows when an IPv6 address is no more tentative. */
function withoutTimes(routes: string): string {
  return routes
    .replaceAll(/ expires \d+sec| linkdown/g, '')
    .split('\n')
    .filter(line => !/^(local|anycast|multicast) .*proto kernel .*pref |^fe80::/.test(line))
    .map(line => line.trimEnd())
    .join('\n');
}

export async function pidOf(engine: PrivateEngine, container: string): Promise<number> {
  const { State } = await engine.api<{ State: { Pid: number } }>('GET', `/containers/${container}/json`);
  return State.Pid;
}

/** Runs one of the engine's tools in the network namespace of a process. */
export function inNamespace(
  engine: PrivateEngine,
  pid: number,
  command: string,
  args: readonly string[],
  input?: string,
): Promise<string> {
  return engine.exec(
    'nsenter',
    [`--net=/proc/${String(pid)}/ns/net`, '--', command, ...args],
    input === undefined ? {} : { input },
  );
}
