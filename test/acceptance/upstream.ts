import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { runContainer } from '../engine/containers.js';
import { waitForPort } from '../engine/listening-ports.js';
import type { PrivateEngine } from '../engine/private-engine.js';
import { networkImage } from './outside/network-image.js';

/** Answers /stream with a line every 20 ms for ever, and anything else with one. */
const server = `
$SIG{CHLD} = 'IGNORE';
socket(my $listener, 2, 1, 6) or die "socket: $!";
setsockopt($listener, 1, 2, pack('l', 1));
bind($listener, pack('S n x12', 2, 80)) or die "bind: $!";
listen($listener, 64);
while (accept(my $client, $listener)) {
  next if fork;
  sysread($client, my $request, 4096);
  syswrite($client, "HTTP/1.0 200 OK\\r\\nContent-Type: text/plain\\r\\n\\r\\n1\\n");
  exit if $request !~ m{^GET /stream};
  select(undef, undef, undef, 0.02) while syswrite($client, "1\\n");
  exit;
}
`;

/** An application whose connections can be held. */
export async function streamingApp(engine: PrivateEngine, name: string, network: string): Promise<string> {
  const id = await runContainer(engine, {
    name,
    network,
    image: await networkImage(engine),
    command: ['perl', '-e', server],
    init: false,
    env: { VIRTUAL_HOST: `${name}.local` },
  });
  await waitForPort(engine, id, 80);
  return id;
}

/** A site of nginx for it. One that is cut off from it says so after a moment. */
export function streamingSite(name: string): string {
  return [
    'server {',
    `  listen 80; server_name ${name}.local;`,
    `  location / { set $upstream ${name}; proxy_pass http://$upstream; proxy_buffering off; proxy_connect_timeout 500ms; }`,
    '}\n',
  ].join('\n');
}

interface Counts {
  readonly pieces: number;
  readonly broken: number;
  readonly pages: number;
  readonly pagesFailed: number;
  readonly longestGapMs: number;
  readonly errors: Readonly<Record<string, number>>;
}

export interface HeldConnection {
  /** Ends it, and tells what was lost: `0 broken, 0 failed {}`. */
  end(): Promise<string>;
}

/** Holds a connection to an application through its proxy, from now on, and begins new ones beside it. */
export async function holdThrough(
  engine: PrivateEngine,
  proxy: string,
  host: string,
): Promise<HeldConnection> {
  const script = join(import.meta.dirname, 'stream-client.js');
  const child = engine.spawn(process.execPath, [script, proxy, '80', host], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  if (!child.stdout || !child.stderr || !child.stdin) throw new Error('the client has no streams');
  const { stdin, stderr } = child;
  const output = text(child.stdout);
  await once(stderr, 'data');
  return {
    async end() {
      stdin.end();
      const { pieces, broken, pages, pagesFailed, errors } = JSON.parse(await output) as Counts;
      if (pieces < 2 || pages === 0) throw new Error('nothing came through the proxy');
      return `${String(broken)} broken, ${String(pagesFailed)} failed ${JSON.stringify(errors)}`;
    },
  };
}
