/**
 * What answers outside, for as long as standard input is open: on the TCP ports given, HTTP that tells the client its
 * own address; on UDP 53 of the addresses given, DNS that knows an address for every name.
 * Usage: node services.js PORT[,PORT…] ADDRESS[,ADDRESS…]
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';
import { isIPv6 } from 'node:net';

const [ports = '', addresses = ''] = process.argv.slice(2);

/** An A record for 198.19.0.1 to whatever is asked; nothing for other types. */
function answer(query) {
  const end = query.indexOf(0, 12) + 5;
  const isA = query.readUInt16BE(end - 4) === 1;
  const reply = Buffer.from(query.subarray(0, end));
  reply.writeUInt16BE(0x8180, 2);
  reply.writeUInt16BE(isA ? 1 : 0, 6);
  reply.writeUInt32BE(0, 8);
  const record = [0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 198, 19, 0, 1];
  return Buffer.concat([reply, Buffer.from(isA ? record : [])]);
}

const listening = [
  ...ports.split(',').map(
    port =>
      new Promise(resolve => {
        createServer(({ socket, url = '' }, reply) => {
          const size = Number(/^\/bytes\/(\d+)$/.exec(url)?.[1] ?? 0);
          reply.end(size > 0 ? Buffer.alloc(size, '.') : socket.remoteAddress?.replace('::ffff:', ''));
        }).listen(Number(port), '::', resolve);
      }),
  ),
  ...addresses.split(',').map(
    address =>
      new Promise(resolve => {
        const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
        socket.on('message', (query, { port, address: client }) => socket.send(answer(query), port, client));
        socket.bind(53, address, resolve);
      }),
  ),
];
await Promise.all(listening);
process.stdout.write('ready\n');
process.stdin.on('end', () => process.exit()).resume();
