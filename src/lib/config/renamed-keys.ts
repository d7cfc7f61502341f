const subnetKey = 'ipam: { config: [{ subnet: … }] }';

/**
 * Names that earlier tools and people's habits have for keys of ours, by where they stand (`''` is the top). Where
 * one is met, it is suggested before what is merely spelt alike.
 */
const names: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '': {
    docker_connection_method: 'docker.host',
    docker_socket: 'docker.host',
    docker_host: 'docker.host',
    warp_container_name_pattern: 'warp.container_name_pattern',
    warp_container_pattern: 'warp.container_name_pattern',
    target_container_label: 'warp.target_label',
    network_preference_label: 'warp.network_label',
    routing_rules: 'warp.routing_rules',
    log_level: 'logging.level',
    log_format: 'logging.format',
    services: 'apps',
    routes: 'warp.routes',
  },
  docker: { socket: 'host', socket_path: 'host', url: 'host', connection_method: 'host' },
  warp: {
    target_container_label: 'target_label',
    network_preference_label: 'network_label',
    rules: 'routing_rules',
  },
  network: { subnet: subnetKey, ip_range: subnetKey, gateway: subnetKey },
  ipam: { subnet: 'config: [{ subnet: … }]', ip_range: 'config', gateway: 'config' },
  attachment: { selector: 'select', containers: 'select', container: 'select', network: 'networks' },
  selector: { name: 'names', container: 'names', containers: 'names', label: 'labels', environment: 'env' },
  proxy: { name: 'container', names: 'select.names', network: 'networks' },
  route: { warp: 'via', gateway: 'via', container: 'target', select: 'target', source: 'target' },
  rule: { destination: 'to', port: 'ports', port_range: 'ports', proto: 'protocol' },
};

/** Sections whose own name is given by the file: networks, and the items of lists. */
const kinds: readonly (readonly [kind: string, place: RegExp])[] = [
  ['rule', /\b(?:rules|routing_rules)\[\d+\]$/],
  ['route', /^warp\.routes\[\d+\]$/],
  ['attachment', /^attachments\[\d+\]$/],
  ['proxy', /^proxies\[\d+\]$/],
  ['selector', /\.(?:select|target|routable)$/],
  ['ipam', /\.ipam$/],
  ['network', /^(?:apps\..+\.)?networks\.[^.]+$/],
];

/** What a key at a place (`warp.routes[0]`) was probably meant as. */
export function renamedKey(place: string, key: string): string | undefined {
  const section = kinds.find(([, is]) => is.test(place))?.[0] ?? place;
  const known = Object.hasOwn(names, section) ? names[section] : undefined;
  return known && Object.hasOwn(known, key) ? known[key] : undefined;
}
