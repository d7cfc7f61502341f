/** What a value of a driver option must look like for the engine to take it. */
export type OptionKind =
  'boolean' | 'mtu' | 'interface' | 'interface-prefix' | 'gateway-mode' | 'ipv4' | 'ipv6' | 'text';

export interface DriverOption {
  readonly kind: OptionKind;
  /** The driver that reads it; any if absent. */
  readonly driver?: string;
}

/**
 * The options below `com.docker.network.` that Docker's own drivers read (moby: netlabel, bridge labels). The
 * engine stores any other without a word, so that a misspelt one only looks as if it worked.
 */
export const driverOptions: Readonly<Record<string, DriverOption>> = {
  'com.docker.network.bridge.name': { kind: 'interface', driver: 'bridge' },
  'com.docker.network.bridge.enable_icc': { kind: 'boolean', driver: 'bridge' },
  'com.docker.network.bridge.enable_ip_masquerade': { kind: 'boolean', driver: 'bridge' },
  'com.docker.network.bridge.inhibit_ipv4': { kind: 'boolean', driver: 'bridge' },
  'com.docker.network.bridge.default_bridge': { kind: 'boolean', driver: 'bridge' },
  'com.docker.network.bridge.gateway_mode_ipv4': { kind: 'gateway-mode', driver: 'bridge' },
  'com.docker.network.bridge.gateway_mode_ipv6': { kind: 'gateway-mode', driver: 'bridge' },
  'com.docker.network.bridge.host_binding_ipv4': { kind: 'ipv4', driver: 'bridge' },
  'com.docker.network.bridge.trusted_host_interfaces': { kind: 'text', driver: 'bridge' },
  'com.docker.network.host_ipv4': { kind: 'ipv4', driver: 'bridge' },
  'com.docker.network.host_ipv6': { kind: 'ipv6', driver: 'bridge' },
  'com.docker.network.driver.mtu': { kind: 'mtu' },
  'com.docker.network.container_iface_prefix': { kind: 'interface-prefix' },
  'com.docker.network.enable_ipv4': { kind: 'boolean' },
  'com.docker.network.enable_ipv6': { kind: 'boolean' },
  'com.docker.network.internal': { kind: 'boolean' },
  'com.docker.network.driver.overlay.vxlanid_list': { kind: 'text', driver: 'overlay' },
};

export const optionNamespace = 'com.docker.network.';

/** Options of Windows' own drivers, which are many and none of our business. */
export const windowsNamespace = 'com.docker.network.windowsshim.';

/** Drivers that come with the engine; others are plugins. */
export const knownDrivers: readonly string[] = ['bridge', 'overlay', 'macvlan', 'ipvlan'];
