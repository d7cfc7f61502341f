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
  },
  docker: { socket: 'host', socket_path: 'host', url: 'host', connection_method: 'host' },
  warp: {
    target_container_label: 'target_label',
    network_preference_label: 'network_label',
    rules: 'routing_rules',
  },
  rule: { destination: 'to', port: 'ports', port_range: 'ports', proto: 'protocol' },
};

export function renamedKey(section: string, key: string): string | undefined {
  const known = Object.hasOwn(names, section) ? names[section] : undefined;
  return known && Object.hasOwn(known, key) ? known[key] : undefined;
}
