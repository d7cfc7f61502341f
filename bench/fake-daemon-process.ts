// An engine on a socket, in a process of its own: it must not share an event loop with whoever measures.
import { FakeDaemon } from '../test/support/fake-daemon.js';
import { serve } from '../test/support/fake-server.js';

const daemon = new FakeDaemon('28.5');
const name = process.argv[2] ?? 'shared';
daemon.addNetwork(name);

// What docker's own client asks beside: a ping, and every path with an API version.
daemon.intercept = call => {
  if (call === 'HEAD /_ping') return { status: 200 };
  const unversioned = call.replace(/ \/v1\.\d+\//, ' /');
  if (unversioned === call) return undefined;
  const [method = '', path = ''] = unversioned.split(' ');
  return daemon.request(method, path);
};

const server = await serve(daemon);
process.send?.(server.host);
process.on('disconnect', () => void server.close());
