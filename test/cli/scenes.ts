import { FakeDaemon, type Release } from '../support/fake-daemon.js';
import { type BeforeAnswer, type FakeServer, serve } from '../support/fake-server.js';

/** Runs a test against a daemon on a socket of its own. */
export async function withDaemon(
  daemon: FakeDaemon,
  test: (server: FakeServer) => Promise<void>,
  before?: BeforeAnswer,
): Promise<void> {
  const server = await serve(daemon, before);
  try {
    await test(server);
  } finally {
    await server.close();
  }
}

/** A proxy on a network of its own, and two projects: one to join, one that has nothing to route to. */
export function shop(release?: Release): FakeDaemon {
  const daemon = new FakeDaemon(release);
  daemon.addNetwork('edge');
  daemon.addNetwork('shop_default', { Labels: { 'com.docker.compose.project': 'shop' } });
  daemon.addNetwork('blog_default', { Labels: { 'com.docker.compose.project': 'blog' }, Internal: true });
  daemon.addNetwork('shared', { Labels: { 'fairlead.managed': 'true' } });
  daemon.addContainer('http-proxy', { networks: ['edge'], publishes: [80, 443] });
  daemon.addContainer('shop-web-1', { networks: ['shop_default'], env: ['VIRTUAL_HOST=shop.local'] });
  daemon.addContainer('shop-db-1', { networks: ['shop_default'] });
  daemon.addContainer('blog-web-1', {
    networks: ['blog_default'],
    env: ['VIRTUAL_HOST=blog.local'],
    state: 'exited',
  });
  return daemon;
}

/** The calls that would have changed something. */
export function changes(daemon: FakeDaemon): string[] {
  return daemon.calls.filter(call => !call.startsWith('GET '));
}
