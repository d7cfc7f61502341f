// A client of a page that never ends, and of short ones beside it, run inside an engine's network namespace. Prints
// what it counted when its input ends.
//   node stream-client.js ADDRESS PORT HOST-HEADER
import { request } from 'node:http';

const [address, port, host] = process.argv.slice(2);
const counts = { pieces: 0, broken: 0, pages: 0, pagesFailed: 0, longestGapMs: 0, errors: {} };
let ending = false;
const endings = [];
process.stdin.resume().on('end', () => {
  ending = true;
  for (const end of endings) end();
});

const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

function note(error) {
  counts.errors[error.message] = (counts.errors[error.message] ?? 0) + 1;
}

/** Fulfils when it is over, and never should be. */
function get(path, taken) {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: address, port, path, agent: false, headers: { host }, timeout: 3000 },
      response => {
        if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
        response.on('data', taken).on('end', resolve).on('error', reject);
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('nothing for three seconds')));
    sent.on('error', reject);
    if (path === '/stream') endings.push(() => sent.destroy());
    sent.end();
  });
}

async function hold() {
  while (!ending) {
    let last = Date.now();
    try {
      await get('/stream', () => {
        if (counts.pieces === 0) process.stderr.write('ready\n');
        counts.pieces += 1;
        counts.longestGapMs = Math.max(counts.longestGapMs, Date.now() - last);
        last = Date.now();
      });
      if (!ending) counts.broken += 1;
    } catch (error) {
      if (ending) return;
      counts.broken += 1;
      note(error);
    }
    await pause(50);
  }
}

async function knock() {
  while (!ending) {
    try {
      await get('/page', () => undefined);
      counts.pages += 1;
    } catch (error) {
      counts.pagesFailed += 1;
      note(error);
    }
    await pause(50);
  }
}

await Promise.all([hold(), knock()]);
console.log(JSON.stringify(counts));
