// Run as a process of its own inside an engine's network namespace: what an event costs a script that knows beforehand
// what to do, and does it without a look at anything. What it does is said by labels of the container that starts or dies.
import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { request } from 'node:http';
import { followBare, type ToldEvent } from './watch-events.js';

const socketPath = process.argv[2] ?? '';

function call(method: string, path: string, body = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { socketPath, method, path, headers: { 'content-type': 'application/json' } },
      answer => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve(text));
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

function batch(pid: string, family: string, file: string): Promise<unknown> {
  const lines = createReadStream(file);
  return new Promise(resolve => {
    lines.once('open', () => {
      const args = [`--net=/proc/${pid}/ns/net`, 'ip', family, '-batch', '-'];
      spawn('nsenter', args, { stdio: [lines, 'ignore', 'inherit'] }).once('close', resolve);
    });
  });
}

async function act({ what, id, attributes }: ToldEvent): Promise<void> {
  const { connect, routes, withdraw, of: pid = '' } = labelsOf(attributes);
  if (what.startsWith('start ') && connect !== undefined) {
    const [network = '', container = ''] = connect.split(' ');
    await call('POST', `/networks/${network}/connect`, JSON.stringify({ Container: container }));
  } else if (what.startsWith('start ') && routes !== undefined) {
    const { State } = JSON.parse(await call('GET', `/containers/${id}/json`)) as { State: { Pid: number } };
    await batch(String(State.Pid), '-4', `${routes}.4`);
    await batch(String(State.Pid), '-6', `${routes}.6`);
  } else if (what.startsWith('die ') && withdraw !== undefined) {
    await batch(pid, '-4', withdraw);
  }
}

function labelsOf(attributes: ToldEvent['attributes']): Record<string, string | undefined> {
  return Object.fromEntries(
    ['connect', 'routes', 'withdraw', 'of'].map(name => [name, attributes[`floor.${name}`]]),
  );
}

await followBare(socketPath, event => void act(event));
console.log('following');
