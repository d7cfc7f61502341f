import type { FairleadConfig } from '../../src/lib/config/schema.js';

/** A proxy of the config with every default spelled out. */
export const declaredProxy: FairleadConfig['proxies'][number] = {
  container: 'http-proxy',
  exposed_by_default: true,
  leave: 'joined',
  leave_at: 'end',
  networks: {},
  pinned: [],
  on_gateway_move: 'warn',
  health: 'any',
  aliases: {},
  alias_virtual_hosts: false,
};
