import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { PrivateEngine } from '../../engine/private-engine.js';
import { waitUntil } from '../../engine/wait-until.js';
import { type Arrival, arrivalsOf, forgetting, isWarps, ruleset } from './counters.js';

/** The engine's host as it is known outside; Docker's networks leave with it as their source. */
export const hostAddresses = { ipv4: '198.18.0.1', ipv6: 'fd00:198:18::1' } as const;
/** Answers names. */
export const nameServer = { ipv4: '198.18.0.53', ipv6: 'fd00:198:18::53' } as const;
/** Answers HTTP with the address it was asked from. */
export const servicePorts = [22, 80, 443, 8443] as const;

export const neighbour = { ipv4: '198.18.0.2', ipv6: 'fd00:198:18::2' } as const;

/** How many packets came by which way. */
export interface Ways {
  readonly direct: number;
  readonly warp: number;
}

export interface ArrivalFilter {
  readonly destination?: string;
  readonly protocol?: Arrival['protocol'];
  readonly port?: number;
}

/** The address number `n` outside: each of 198.19.0.0/16 and of fd00:198:19::/64 is there and answers. */
export function outsideAddress(n: number): string {
  return `198.19.${String(n >> 8)}.${String(n & 255)}`;
}

export function outsideAddress6(n: number): string {
  return `fd00:198:19::${n.toString(16)}`;
}

/**
 * The world beyond an engine's host: a network namespace behind the host's default route, which counts what reaches
 * it. What a container sends directly comes from the host's address (or from its own, where Docker does not
 * masquerade); what goes through a warp comes from the warp's address on the egress network.
 */
export class Outside {
  readonly #engine: PrivateEngine;
  readonly #pid: number;

  constructor(engine: PrivateEngine, pid: number) {
    this.#engine = engine;
    this.#pid = pid;
  }

  /** Runs a command there. */
  exec(command: string, args: readonly string[], input?: string): Promise<string> {
    return this.#engine.exec('nsenter', [`--net=${this.#netns}`, '--', command, ...args], {
      ...(input !== undefined && { input }),
      env: { NODE_OPTIONS: '' },
    });
  }

  /** The same for commands that live on. */
  spawn(command: string, args: readonly string[]): ChildProcess {
    return this.#engine.spawn('nsenter', [`--net=${this.#netns}`, '--', command, ...args], {
      env: { NODE_OPTIONS: '' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
  }

  /** Resolves when the host answers to its IPv6 addresses on bridges: a second or two after the first container's start. */
  ipv6Ready(): Promise<void> {
    return waitUntil(
      'no IPv6 address is tentative',
      async () => (await this.#engine.exec('ip', ['-6', 'addr', 'show', 'tentative'])) === '',
    );
  }

  async arrivals({ destination, protocol, port }: ArrivalFilter = {}): Promise<Arrival[]> {
    const all = arrivalsOf(await this.exec('nft', ['--json', 'list', 'table', 'inet', 'outside']));
    return all.filter(
      arrival =>
        (destination === undefined || arrival.destination === destination) &&
        (protocol === undefined || arrival.protocol === protocol) &&
        (port === undefined || arrival.port === port),
    );
  }

  async ways(filter: ArrivalFilter = {}): Promise<Ways> {
    const arrivals = await this.arrivals(filter);
    const sum = (some: readonly Arrival[]): number => some.reduce((total, { packets }) => total + packets, 0);
    return {
      direct: sum(arrivals.filter(({ source }) => !isWarps(source))),
      warp: sum(arrivals.filter(({ source }) => isWarps(source))),
    };
  }

  /** Counts from nothing again. */
  async forget(): Promise<void> {
    await this.exec('nft', ['-f', '-'], forgetting);
  }

  /** What a client out there gets from a port of the engine's host. */
  fetch(url: string, timeoutMs = 3000): Promise<string> {
    const script = `fetch(${JSON.stringify(url)}, { signal: AbortSignal.timeout(${String(timeoutMs)}) })
      .then(reply => reply.text()).then(console.log, error => { console.error(error.cause?.message ?? error.message); process.exitCode = 1; })`;
    return this.exec(process.execPath, ['-e', script]);
  }

  get #netns(): string {
    return `/proc/${String(this.#pid)}/ns/net`;
  }
}

/** Gives an engine's namespace an outside; both end together. */
export async function startOutside(engine: PrivateEngine): Promise<Outside> {
  const pid = await holdNamespace(engine);
  const outside = new Outside(engine, pid);
  await engine.exec('ip', ['-batch', '-'], {
    input: `link add uplink type veth peer name inside netns ${String(pid)}
      addr add ${hostAddresses.ipv4}/24 dev uplink
      addr add ${hostAddresses.ipv6}/64 dev uplink nodad
      link set uplink up
      route add default via ${neighbour.ipv4}
      route add default via ${neighbour.ipv6}
    `,
  });
  await engine.exec('sysctl', ['-qw', 'net.ipv6.conf.all.forwarding=1', 'net.ipv4.ip_forward=1']);
  await outside.exec(
    'ip',
    ['-batch', '-'],
    `link set lo up
      addr add ${neighbour.ipv4}/24 dev inside
      addr add ${nameServer.ipv4}/24 dev inside
      addr add ${neighbour.ipv6}/64 dev inside nodad
      addr add ${nameServer.ipv6}/64 dev inside nodad
      link set inside up
      route add local 198.19.0.0/16 dev lo
      route add default via ${hostAddresses.ipv4}
      route add local fd00:198:19::/64 dev lo
      route add default via ${hostAddresses.ipv6}
    `,
  );
  await outside.exec('nft', ['-f', '-'], ruleset);
  await serve(outside);
  return outside;
}

/** A process that keeps a namespace of its own; it goes with the engine's control group. */
async function holdNamespace(engine: PrivateEngine): Promise<number> {
  const holder = engine.spawn('unshare', ['--net', 'sh', '-c', 'echo $$; exec sleep infinity'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  holder.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text));
  await waitUntil('the namespace of the outside is there', () => said.endsWith('\n'));
  letGo(holder);
  return Number(said);
}

async function serve(outside: Outside): Promise<void> {
  const script = join(import.meta.dirname, 'services.js');
  const servers = outside.spawn(process.execPath, [
    script,
    servicePorts.join(','),
    Object.values(nameServer).join(','),
  ]);
  if (!servers.stdout) throw new TypeError('no standard output');
  await once(servers.stdout, 'data');
  servers.stdout.destroy();
  servers.unref();
}

/** Lets this process end before it. */
function letGo(child: ChildProcess): void {
  child.stdout?.destroy();
  child.unref();
}
