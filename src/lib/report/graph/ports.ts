import type { PublishedPort } from '../../model/container.js';

const anyAddress: ReadonlySet<string> = new Set(['', '0.0.0.0', '::']);

function host({ hostIp = '' }: PublishedPort): string {
  if (anyAddress.has(hostIp)) return '';
  return hostIp.includes(':') ? `[${hostIp}]:` : `${hostIp}:`;
}

/** `80 → 80/tcp`, from the host to the container. */
export function portText(port: PublishedPort, arrow = '→'): string {
  return `${host(port)}${String(port.hostPort ?? '')} ${arrow} ${String(port.containerPort)}/${port.protocol}`;
}

/** The ports that are published, in order, each once: engines list one for each family of addresses. */
export function publishedPorts(ports: readonly PublishedPort[]): PublishedPort[] {
  const distinct = new Map<string, PublishedPort>();
  for (const port of ports) {
    if (port.hostPort === undefined) continue;
    const { hostIp, ...rest } = port;
    const text = portText(port);
    if (!distinct.has(text)) distinct.set(text, host(port) === '' ? rest : { ...rest, hostIp: hostIp ?? '' });
  }
  return [...distinct.values()].sort(
    (a, b) =>
      (a.hostPort ?? 0) - (b.hostPort ?? 0) ||
      a.containerPort - b.containerPort ||
      (portText(a) < portText(b) ? -1 : 1),
  );
}
