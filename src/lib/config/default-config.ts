import type { FairleadConfig } from './schema.js';

/**
 * The config of whoever has none, without loading the schema: most commands are run that way, and every one of
 * them would wait for it. A test holds it against the schema's own defaults.
 */
export function defaultConfig(): FairleadConfig {
  return {
    docker: { api_version: 'auto' },
    logging: { level: 'info', format: 'auto' },
    retry: { attempts: 3, delay: '250ms', max_delay: '5s' },
    fail_fast: false,
    networks: {},
    attachments: [],
    apps: {},
    proxies: [],
    warp: {
      container_name_pattern: 'warp-*',
      target_label: 'fairlead.warp',
      network_label: 'fairlead.warp.network',
      routing_rules: ['0.0.0.0/0', '::/0'],
      routes: [],
      bypass: [],
      nat: false,
      strict: false,
      priority_base: 10_000,
      on_exit: 'keep',
    },
    watch: { resync: '5m', metrics: '' },
  };
}
