import type { AddressPool, NetworkSpec } from '../model/network.js';
import type { AppNetworkDefinition, FairleadConfig } from './schema.js';

/** A network that the config names, and what Fairlead is to do about it. */
export interface DeclaredNetwork {
  readonly spec: NetworkSpec;
  /** Made by someone else: never created or changed. */
  readonly external: boolean;
  readonly onDrift: AppNetworkDefinition['on_drift'];
  readonly egress: AppNetworkDefinition['egress'];
  /** The app it belongs to. */
  readonly app?: string;
  /** Where the config declares it. */
  readonly path: readonly string[];
}

/** The name of an app's network: made here and nowhere else. */
export function appNetworkName(app: string, key: string): string {
  return `${app}_${key}`;
}

/** Every network of a config, the apps' too, in the order of the file. */
export function declaredNetworks(config: FairleadConfig): DeclaredNetwork[] {
  const own = Object.entries(config.networks).map(([key, definition]) => ({
    spec: networkSpec(definition.name ?? key, definition),
    external: definition.external,
    onDrift: definition.on_drift,
    egress: definition.egress,
    path: ['networks', key],
  }));
  const ofApps = Object.entries(config.apps).flatMap(([app, { networks }]) =>
    Object.entries(networks).map(([key, definition]) => ({
      spec: networkSpec(appNetworkName(app, key), definition),
      external: false,
      onDrift: definition.on_drift,
      egress: definition.egress,
      app,
      path: ['apps', app, 'networks', key],
    })),
  );
  return [...own, ...ofApps];
}

/** The name of the network that a key stands for; in an app its own networks come first. */
export function networkNameFor(config: FairleadConfig, key: string, app?: string): string | undefined {
  const declared = app !== undefined && Object.hasOwn(config.apps, app) ? config.apps[app] : undefined;
  if (app !== undefined && declared && Object.hasOwn(declared.networks, key)) return appNetworkName(app, key);
  return Object.hasOwn(config.networks, key) ? (config.networks[key]?.name ?? key) : undefined;
}

/** A definition in Compose's words as the engine's port takes it. */
export function networkSpec(name: string, definition: AppNetworkDefinition): NetworkSpec {
  const { driver, driver_opts, internal, attachable, enable_ipv4, enable_ipv6 } = definition;
  const { ipam, labels, config_only, config_from } = definition;
  return {
    name,
    ...(driver !== undefined && { driver }),
    ...(driver_opts && { options: driver_opts }),
    ...(internal !== undefined && { internal }),
    ...(attachable !== undefined && { attachable }),
    ...(enable_ipv4 !== undefined && { enableIpv4: enable_ipv4 }),
    ...(enable_ipv6 !== undefined && { enableIpv6: enable_ipv6 }),
    ...(ipam && {
      ipam: {
        ...(ipam.driver !== undefined && { driver: ipam.driver }),
        ...(ipam.options && { options: ipam.options }),
        ...(ipam.config && { pools: ipam.config.map(addressPool) }),
      },
    }),
    ...(labels && { labels: labelMap(labels) }),
    ...(config_only !== undefined && { configOnly: config_only }),
    ...(config_from !== undefined && { configFrom: config_from }),
  };
}

type PoolDeclaration = NonNullable<NonNullable<AppNetworkDefinition['ipam']>['config']>[number];

function addressPool({ subnet, gateway, ip_range, aux_addresses }: PoolDeclaration): AddressPool {
  return {
    ...(subnet !== undefined && { subnet }),
    ...(gateway !== undefined && { gateway }),
    ...(ip_range !== undefined && { ipRange: ip_range }),
    ...(aux_addresses && { auxAddresses: aux_addresses }),
  };
}

function labelMap(labels: NonNullable<AppNetworkDefinition['labels']>): Record<string, string> {
  if (!Array.isArray(labels)) return labels;
  return Object.fromEntries(
    labels.map(entry => {
      const cut = entry.indexOf('=');
      return cut < 0 ? [entry, ''] : [entry.slice(0, cut), entry.slice(cut + 1)];
    }),
  );
}
