export interface PortSettings {
  readonly exposed: Record<string, Record<string, never>>;
  readonly bindings: Record<string, { HostIp: string; HostPort: string }[]>;
}

/** `[[address:]hostPort:]containerPort[/protocol]` in the API's words; without a host port, any free one. */
export function portSettings(publish: readonly string[]): PortSettings {
  const settings: PortSettings = { exposed: {}, bindings: {} };
  for (const text of publish) {
    const match =
      /^(?:(?:(?<address>\[[^\]]+\]|[^:]+):)?(?<host>\d*):)?(?<container>\d+)(?:\/(?<protocol>\w+))?$/.exec(
        text,
      );
    if (!match?.groups) throw new RangeError(`not a port to publish: ${text}`);
    const { address = '', host = '', container, protocol = 'tcp' } = match.groups;
    const port = `${String(container)}/${protocol}`;
    settings.exposed[port] = {};
    (settings.bindings[port] ??= []).push({ HostIp: address.replace(/[[\]]/g, ''), HostPort: host });
  }
  return settings;
}
