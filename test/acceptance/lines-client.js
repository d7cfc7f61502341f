// A client that reads one endless answer through a proxy, run inside an engine's network namespace: numbered lines.
// Prints what it counted when its input ends.
//   node lines-client.js ADDRESS PORT HOST-HEADER PATH
import { request } from 'node:http';

const [host, port, site, path] = process.argv.slice(2);
const counts = { lines: 0, missing: 0, ended: '' };
let expected;
let rest = '';
const sent = request({ host, port, path, headers: { host: site } }, response => {
  response.setEncoding('utf8').on('data', text => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const number = Number(line);
      if (expected !== undefined && number !== expected) counts.missing += 1;
      expected = number + 1;
      counts.lines += 1;
      if (counts.lines === 1) process.stderr.write('ready\n');
    }
  });
  response.on('end', () => (counts.ended ||= `the answer ended (${response.statusCode})`));
  response.on('error', error => (counts.ended ||= error.message));
});
sent.on('error', error => (counts.ended ||= error.message));
sent.end();
process.stdin.resume().on('end', () => {
  console.log(JSON.stringify(counts));
  process.exit();
});
