import { FakeDaemon, type Release } from '../support/fake-daemon.js';

const owned = { DriverOpts: { 'fairlead.owner': 'proxy' }, GwPriority: -1 };

/** A host with a proxy on a network of its own, and three Compose projects, one of which is stopped. */
function shop(release?: Release): FakeDaemon {
  const daemon = new FakeDaemon(release);
  daemon.addNetwork('edge');
  for (const project of ['shop', 'blog', 'wiki']) {
    daemon.addNetwork(`${project}_default`, { Labels: { 'com.docker.compose.project': project } });
  }
  daemon.addContainer('http-proxy', { networks: ['edge'], publishes: [80, 443] });
  daemon.addContainer('shop-web-1', { networks: ['shop_default'], env: ['VIRTUAL_HOST=shop.local'] });
  daemon.addContainer('blog-web-1', {
    networks: ['blog_default'],
    labels: { 'traefik.http.routers.blog.rule': 'Host(`blog.local`)' },
  });
  daemon.addContainer('wiki-web-1', {
    networks: ['wiki_default'],
    env: ['VIRTUAL_HOST=wiki.local'],
    state: 'exited',
  });
  return daemon;
}

function shopJoined(): FakeDaemon {
  const daemon = shop();
  daemon.join('http-proxy', 'shop_default', owned);
  daemon.join('http-proxy', 'blog_default', owned);
  return daemon;
}

function blogStopped(): FakeDaemon {
  const daemon = shopJoined();
  daemon.container('blog-web-1').State = 'exited';
  return daemon;
}

/** The proxy was stopped, and one of its networks was removed meanwhile. */
function staleEntry(): FakeDaemon {
  const daemon = shopJoined();
  const proxy = daemon.container('http-proxy');
  proxy.State = 'exited';
  const gone = daemon.networks.findIndex(({ Name }) => Name === 'blog_default');
  daemon.networks.splice(gone, 1);
  daemon.containers.splice(daemon.containers.indexOf(daemon.container('blog-web-1')), 1);
  return daemon;
}

/** One container for each reason why a proxy does not route to it. */
function unanswered(): FakeDaemon {
  const daemon = shopJoined();
  daemon.addContainer('docs', { networks: ['bridge'], env: ['VIRTUAL_HOST=docs.local'] });
  daemon.addContainer('metrics', { mode: 'host', env: ['VIRTUAL_HOST=metrics.local'] });
  daemon.addContainer('old-shop', {
    networks: ['wiki_default'],
    labels: { 'traefik.enable': 'false', 'traefik.http.routers.old.rule': 'Host(`old.local`)' },
  });
  daemon.addContainer('search', {
    networks: ['wiki_default'],
    env: ['VIRTUAL_HOST=search.local'],
    labels: { 'fairlead.network': 'search-net' },
  });
  return daemon;
}

/** A network that Fairlead made, and a container that is not on it. */
function backend(): FakeDaemon {
  const daemon = new FakeDaemon();
  daemon.addNetwork('front');
  daemon.addNetwork('backend', {
    Internal: true,
    IPAM: { Config: [{ Subnet: '10.128.7.0/24' }] },
    Labels: { 'fairlead.managed': 'true' },
  });
  daemon.addContainer('api', { networks: ['front'] });
  daemon.addContainer('metrics', { mode: 'host' });
  return daemon;
}

/** 31 networks: projects that run, one that is stopped, and some that nobody has taken down. */
function poolsExhausted(): FakeDaemon {
  const daemon = new FakeDaemon();
  for (let i = 1; i <= 30; i += 1) {
    const project = `project${String(i)}`;
    daemon.addNetwork(`${project}_default`, { Labels: { 'com.docker.compose.project': project } });
    if (i > 3) {
      const state = i === 4 ? 'exited' : 'running';
      daemon.addContainer(`${project}-web-1`, { networks: [`${project}_default`], state });
    }
  }
  return daemon;
}

/** A host on which a config is applied for the first time: an app of two services, another project, a proxy. */
function firstApply(): FakeDaemon {
  const daemon = new FakeDaemon();
  for (const [network, project] of [
    ['edge', 'proxy'],
    ['shop_default', 'shop'],
    ['blog_default', 'blog'],
  ] as const) {
    daemon.addNetwork(network, { Labels: { 'com.docker.compose.project': project } });
  }
  daemon.addContainer('http-proxy', { networks: ['edge'], publishes: [80, 443] });
  const service = (project: string, name: string, labels: Record<string, string> = {}): void => {
    daemon.addContainer(`${project}-${name}-1`, {
      networks: [`${project}_default`],
      labels: { 'com.docker.compose.project': project, 'com.docker.compose.service': name, ...labels },
    });
  };
  service('shop', 'api');
  service('shop', 'db');
  service('blog', 'web', { 'app.domain': 'blog.local', 'traefik.enable': 'true' });
  daemon.addContainer('metrics', { mode: 'host' });
  return daemon;
}

/** A host as an earlier config left it: a network that is declared otherwise now, an app that is gone. */
function lastYear(): FakeDaemon {
  const daemon = new FakeDaemon();
  const managed = { 'fairlead.managed': 'true' };
  daemon.addNetwork('backend', { IPAM: { Config: [{ Subnet: '10.128.7.0/24' }] }, Labels: managed });
  daemon.addNetwork('old_backend', { Labels: { ...managed, 'fairlead.app': 'old' } });
  daemon.addNetwork('metrics', { Labels: managed });
  daemon.addContainer('api', { networks: ['backend'] });
  daemon.addContainer('db', { networks: ['backend'], state: 'exited' });
  return daemon;
}

function twoOfOneName(): FakeDaemon {
  const daemon = new FakeDaemon('20.10');
  daemon.addNetwork('shared');
  daemon.addNetwork('shared');
  return daemon;
}

/** A service that was started without a network of its own. */
function bridged(): FakeDaemon {
  const daemon = new FakeDaemon();
  daemon.addNetwork('shop_api');
  daemon.addContainer('shop-api-1', {
    networks: ['shop_api'],
    labels: { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'api' },
  });
  daemon.addContainer('loner');
  return daemon;
}

/** The hosts that the examples of the docs happen on: `<!-- scene: NAME -->` before a block of them. */
export const scenes: Readonly<Record<string, () => FakeDaemon>> = {
  empty: () => new FakeDaemon(),
  shop: () => shop(),
  'shop on 20.10': () => shop('20.10'),
  'shop joined': shopJoined,
  'blog stopped': blogStopped,
  'stale entry': staleEntry,
  unanswered,
  backend,
  'pools exhausted': poolsExhausted,
  'first apply': firstApply,
  'last year': lastYear,
  bridged,
  'two of one name': twoOfOneName,
};

/** Hosts that take a kernel: their examples run on a private engine (test/acceptance/docs-warps.test.ts). */
export const kernelScenes: ReadonlySet<string> = new Set(['warps', 'worker']);
