import { FakeDaemon } from '../test/support/fake-daemon.js';

export const crowdSize = { networks: 500, containers: 1000 } as const;

/** What Compose and an image's author leave on a container: an even dozen with the ones that matter. */
function commonLabels(project: string, service: string): Record<string, string> {
  return {
    'com.docker.compose.config-hash': 'e2a7f5c1'.repeat(8),
    'com.docker.compose.container-number': '1',
    'com.docker.compose.depends_on': '',
    'com.docker.compose.image': `sha256:${'4b'.repeat(32)}`,
    'com.docker.compose.oneoff': 'False',
    'com.docker.compose.project': project,
    'com.docker.compose.project.config_files': `/srv/${project}/compose.yaml`,
    'com.docker.compose.project.working_dir': `/srv/${project}`,
    'com.docker.compose.service': service,
    'org.opencontainers.image.title': service,
  };
}

/** How the sites of a crowded host ask for their proxy, in turn: by label, by variable, not at all. */
function siteSettings(project: string, index: number): { labels: Record<string, string>; env: string[] } {
  const labels = commonLabels(project, 'web');
  if (index % 3 === 0) {
    const rule = `traefik.http.routers.${project}.rule`;
    return { labels: { ...labels, 'traefik.enable': 'true', [rule]: `Host(\`${project}.test\`)` }, env: [] };
  }
  return { labels, env: index % 3 === 1 ? [`VIRTUAL_HOST=${project}.test`] : ['PATH=/usr/bin'] };
}

/** A /24 for each of many, all different. */
export function subnetOf(first: number, index: number): string {
  return `${String(first)}.${String(index >> 8)}.${String(index & 255)}.0/24`;
}

/**
 * A host with 500 Compose projects, each a network with a site and its database on it; the site of every third
 * project has a label of Traefik's, of every third a VIRTUAL_HOST. One project is the proxy's own.
 */
export function crowdedHost(): FakeDaemon {
  const daemon = new FakeDaemon('28.5');
  const { networks, containers } = crowdSize;
  daemon.addNetwork('proxy_default');
  daemon.addContainer('http-proxy', { networks: ['proxy_default'], publishes: [80, 443] });
  for (let index = 1; index < networks; index += 1) {
    const project = `app${String(index).padStart(3, '0')}`;
    const network = `${project}_default`;
    daemon.addNetwork(network, {
      Labels: { 'com.docker.compose.project': project },
      IPAM: { Config: [{ Subnet: subnetOf(10, index) }] },
    });
    daemon.addContainer(`${project}-web-1`, { networks: [network], ...siteSettings(project, index) });
    daemon.addContainer(`${project}-db-1`, { networks: [network], labels: commonLabels(project, 'db') });
  }
  daemon.addContainer('whoami', { networks: ['proxy_default'], labels: commonLabels('proxy', 'whoami') });
  if (daemon.containers.length !== containers) {
    throw new Error(`the crowd has ${String(daemon.containers.length)} containers`);
  }
  return daemon;
}
