// A client of a published port, run inside an engine's network namespace: one connection held open with requests
// sent over it all the time, and new connections beside it. Prints what it counted when its input ends.
//   node port-client.js ADDRESS PORT HOST-HEADER
import { Agent, request } from 'node:http';

const [address, port, host] = process.argv.slice(2);
const counts = { held: 0, heldBroken: 0, cuts: 0, fresh: 0, freshFailed: 0, longestGapMs: 0, errors: {} };
let ending = false;
process.stdin.resume().on('end', () => {
  ending = true;
});

function get(agent) {
  return new Promise((resolve, reject) => {
    const sent = request({ host: address, port, agent, headers: { host }, timeout: 3000 }, response => {
      const { localPort } = response.socket;
      if (response.statusCode >= 500) reject(new Error(`status ${response.statusCode}`));
      response.resume().on('end', () => resolve(localPort));
      response.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error('timeout')));
    sent.on('error', reject);
    sent.end();
  });
}

const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

async function hold() {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let localPort;
  while (!ending) {
    try {
      const used = await get(agent);
      if (localPort === undefined || used === localPort) counts.held += 1;
      // The agent had to open another one: the one held is gone.
      else {
        counts.heldBroken += 1;
        counts.cuts += 1;
      }
      localPort = used;
    } catch (error) {
      counts.heldBroken += 1;
      if (localPort !== undefined) counts.cuts += 1;
      counts.errors[error.message] = (counts.errors[error.message] ?? 0) + 1;
      localPort = undefined;
    }
    await pause(10);
  }
  agent.destroy();
}

async function knock() {
  let answered = Date.now();
  while (!ending) {
    try {
      await get(new Agent());
      counts.fresh += 1;
      counts.longestGapMs = Math.max(counts.longestGapMs, Date.now() - answered);
      answered = Date.now();
    } catch (error) {
      counts.freshFailed += 1;
      counts.errors[error.message] = (counts.errors[error.message] ?? 0) + 1;
    }
    await pause(3);
  }
}

const first = get(new Agent());
first.then(() => process.stderr.write('ready\n'));
await Promise.all([first, hold(), knock()]);
console.log(JSON.stringify(counts));
