/**
 * What runs in the target's network namespace, by `node -e`: nothing of this text comes from outside, and all that
 * varies comes as an argument. At its end it prints how many packets the kernel took, and why it refused others.
 *
 * A connect that the kernel refuses has failed by the next tick; what fails later came back from the network, and its
 * first packet was sent. No connection lives long enough to send a second one (the kernel repeats it after a second).
 */
export const senderScript = String.raw`'use strict';
const [address, protocol, port, count, mark] = process.argv.slice(1);
const tally = { sent: 0, refused: {} };
const refuse = ({ code = 'unknown' }) => { tally.refused[code] = (tally.refused[code] ?? 0) + 1; };
const pause = ms => new Promise(done => setTimeout(done, ms));

async function sendDatagrams() {
  const socket = require('node:dgram').createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.on('error', refuse);
  const packet = Buffer.concat([Buffer.from(mark, 'hex'), Buffer.from('fairlead warp test')]);
  for (let i = 0; i < Number(count); i++) {
    const error = await new Promise(done => socket.send(packet, Number(port), address, done));
    if (error) refuse(error); else tally.sent++;
    await pause(1);
  }
  socket.close();
}

async function begin(localPort) {
  const socket = require('node:net').connect({ host: address, port: Number(port), localPort });
  socket.on('error', () => {});
  await new Promise(done => process.nextTick(done));
  const { errored } = socket;
  if (!errored) setTimeout(() => socket.destroy(), 300);
  return errored;
}

async function openConnections() {
  let localPort = Number(mark);
  const last = localPort + 2 * Number(count) - 1;
  for (let i = 0; i < Number(count); i++) {
    let error;
    do error = await begin(localPort++);
    while (error?.code === 'EADDRINUSE' && localPort <= last);
    if (error) refuse(error); else tally.sent++;
    await pause(1);
  }
}

(protocol === 'udp' ? sendDatagrams() : openConnections()).then(
  () => process.stdout.write(JSON.stringify(tally)),
  error => { process.stderr.write(String(error)); process.exitCode = 1; },
);
`;
