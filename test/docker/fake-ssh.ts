import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** An `ssh` at the front of the PATH that speaks HTTP itself; each run of it notes its arguments and its end. */
export interface FakeSsh {
  /** The arguments of every run so far. */
  runs(): Promise<string[][]>;
  pids(): Promise<number[]>;
  remove(): Promise<void>;
}

const answering = `
const http = require('node:http');
const { Duplex } = require('node:stream');
const server = http.createServer((request, response) => {
  if (request.url === '/hang') return;
  if (request.url === '/die') { process.stderr.write('Connection to far closed by remote host.\\n'); process.exit(255); }
  let size = 0;
  request.on('data', chunk => { size += chunk.length; });
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/last') response.shouldKeepAlive = false;
    if (request.url === '/big') return response.end('x'.repeat(5_000_000));
    response.end(JSON.stringify({ pid: process.pid, url: request.url, host: request.headers.host, size }));
  });
});
const stream = Duplex.from({ readable: process.stdin, writable: process.stdout });
server.keepAliveTimeout = 0;
server.emit('connection', stream);
stream.on('close', () => process.exit(0));
stream.on('error', () => process.exit(0));
`;

/** Puts it there; without \`script\` it serves requests, otherwise it does what the script says. */
export async function installFakeSsh(script = answering): Promise<FakeSsh> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-ssh-'));
  const log = `require('node:fs').writeFileSync(${JSON.stringify(folder)} + '/run-' + process.hrtime.bigint() + '-' + process.pid, JSON.stringify(process.argv.slice(2)));`;
  const path = join(folder, 'ssh');
  await writeFile(path, `#!${process.execPath}\n${log}\n${script}`);
  await chmod(path, 0o755);
  const before = process.env['PATH'] ?? '';
  process.env['PATH'] = `${folder}${delimiter}${before}`;
  const notes = async (): Promise<string[]> =>
    (await readdir(folder)).filter(name => name.startsWith('run-')).sort();
  return {
    async runs() {
      const texts = await Promise.all((await notes()).map(name => readFile(join(folder, name), 'utf8')));
      return texts.map(text => JSON.parse(text) as string[]);
    },
    async pids() {
      return (await notes()).map(name => Number(name.split('-').at(-1)));
    },
    async remove() {
      process.env['PATH'] = before;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
