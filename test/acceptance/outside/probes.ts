import { execInContainer } from '../../engine/container-commands.js';
import type { PrivateEngine } from '../../engine/private-engine.js';
import type { Family } from '../../../src/lib/model/routing.js';

/**
 * The address under which a container is seen when it asks outside by HTTP, or the reason why it gets no answer:
 * `No route to host`, `Network is unreachable`, `Connection timed out`.
 */
export async function seenAs(
  engine: PrivateEngine,
  container: string,
  destination: string,
  port = 80,
): Promise<string> {
  const host = destination.includes(':') ? `[${destination}]` : destination;
  const { exitCode, stdout, stderr } = await execInContainer(engine, container, [
    ...['timeout', '2', 'wget', '-q', '-O', '-', `http://${host}:${String(port)}/`],
  ]);
  if (exitCode === 0) return stdout;
  return stderr === '' ? 'Connection timed out' : (/: ([^:]+)$/.exec(stderr.trim())?.[1] ?? stderr);
}

/** Whether a container's echo request was answered. */
export async function pings(engine: PrivateEngine, container: string, destination: string): Promise<boolean> {
  const command = ['timeout', '2', 'ping', '-c', '1', destination];
  return (await execInContainer(engine, container, command)).exitCode === 0;
}

/** Sends a datagram of so many bytes from a container. */
export async function sendDatagram(
  engine: PrivateEngine,
  container: string,
  { to, port, bytes = 1 }: { readonly to: string; readonly port: number; readonly bytes?: number },
): Promise<string> {
  const script = `socket(my $s, 2, 2, 0); send($s, "x" x ${String(bytes)}, 0, pack('S n C4 x8', 2, ${String(port)}, split /\\./, '${to}')) or print "$!"`;
  return (await execInContainer(engine, container, ['perl', '-e', script])).stdout;
}

/** A container's address on a network, empty while it has none. */
export async function addressOn(
  engine: PrivateEngine,
  container: string,
  network: string,
  family: Family = 'ipv4',
): Promise<string> {
  const { NetworkSettings } = await engine.api<{
    NetworkSettings: { Networks: Record<string, { IPAddress: string; GlobalIPv6Address: string }> };
  }>('GET', `/containers/${container}/json`);
  const endpoint = NetworkSettings.Networks[network];
  return (family === 'ipv4' ? endpoint?.IPAddress : endpoint?.GlobalIPv6Address) ?? '';
}
