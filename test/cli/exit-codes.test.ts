import { execFile } from 'node:child_process';
import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { type CliResult, runCli, testFolder } from '../support/cli.js';
import type { FakeDaemon } from '../support/fake-daemon.js';
import {
  type Shape,
  documentOf,
  errorShape,
  misfits,
  networkGraphShape,
  networkListShape,
  proxyListShape,
  reportShape,
} from '../support/json-document.js';
import { changes, shop, withDaemon } from './scenes.js';

interface Case {
  readonly args: readonly string[];
  readonly exit: number;
  readonly shape: Shape;
  readonly scene?: () => FakeDaemon;
}

function refusing(status: number, body: unknown, match: RegExp): () => FakeDaemon {
  return () => {
    const daemon = shop();
    daemon.intercept = call => (match.test(call) ? { status, body } : undefined);
    return daemon;
  };
}

const overlap = refusing(403, { message: 'Pool overlaps with other one on this address space' }, /^POST/);
const broken = refusing(409, { message: 'it does not like that' }, /^POST/);
const denied = refusing(403, 'no', /^GET \/networks/);
const mutely = refusing(403, undefined, /^POST/);

const list = networkListShape;
const cases: Readonly<Record<string, Case>> = {
  'a network is made': { args: ['network', 'ensure', 'new'], exit: 0, shape: reportShape },
  'a network exists': { args: ['network', 'ensure', 'shared'], exit: 0, shape: reportShape },
  'the engine refuses a network': {
    args: ['network', 'ensure', 'new'],
    exit: 1,
    shape: reportShape,
    scene: overlap,
  },
  'a network is of the engine': { args: ['network', 'ensure', 'bridge'], exit: 2, shape: errorShape },
  'a network differs': { args: ['network', 'ensure', 'shared', '--internal'], exit: 3, shape: reportShape },
  'a network differs in a label alone': {
    args: ['network', 'ensure', 'shared', '--label', 'a=b'],
    exit: 0,
    shape: reportShape,
  },
  'a network that differs is recreated': {
    args: ['network', 'ensure', 'shared', '--internal', '--recreate'],
    exit: 0,
    shape: reportShape,
  },
  'ensure may not list': { args: ['network', 'ensure', 'new'], exit: 5, shape: errorShape, scene: denied },
  'ensure may not create': { args: ['network', 'ensure', 'new'], exit: 5, shape: reportShape, scene: mutely },
  'a container is connected': {
    args: ['network', 'connect', 'shared', 'shop-db-1', '--alias', 'db'],
    exit: 0,
    shape: reportShape,
  },
  'a container is connected otherwise': {
    args: ['network', 'connect', 'shop_default', 'shop-db-1', '--alias', 'db'],
    exit: 3,
    shape: reportShape,
  },
  'the engine refuses a connect': {
    args: ['network', 'connect', 'shared', 'shop-db-1'],
    exit: 1,
    shape: reportShape,
    scene: broken,
  },
  'there is no such network': {
    args: ['network', 'connect', 'shar', 'shop-db-1'],
    exit: 1,
    shape: errorShape,
  },
  'an address is none': {
    args: ['network', 'connect', 'shared', 'shop-db-1', '--ip', '1.2.3'],
    exit: 2,
    shape: errorShape,
  },
  'a container is disconnected': {
    args: ['network', 'disconnect', 'shop_default', 'shop-db-1'],
    exit: 0,
    shape: reportShape,
  },
  'there is no such container': {
    args: ['network', 'disconnect', 'shop_default', 'nobody'],
    exit: 1,
    shape: errorShape,
  },
  'the networks are listed': { args: ['network', 'list'], exit: 0, shape: list },
  'the networks may not be listed': { args: ['network', 'list'], exit: 5, shape: errorShape, scene: denied },
  'the networks are drawn': { args: ['network', 'graph'], exit: 0, shape: networkGraphShape },
  'a network to draw is not there': { args: ['network', 'graph', 'shar'], exit: 1, shape: errorShape },
  'a format is unknown': { args: ['network', 'graph', '--format', 'svg'], exit: 2, shape: errorShape },
  'a proxy joins': { args: ['proxy', 'join'], exit: 0, shape: reportShape },
  'there is no such proxy': { args: ['proxy', 'join', 'nobody'], exit: 1, shape: reportShape },
  'a proxy may not join': { args: ['proxy', 'join'], exit: 5, shape: reportShape, scene: mutely },
  'a proxy leaves': { args: ['proxy', 'leave'], exit: 0, shape: reportShape },
  'no such proxy leaves': { args: ['proxy', 'leave', 'nobody'], exit: 1, shape: reportShape },
  'a proxy is listed': { args: ['proxy', 'list'], exit: 0, shape: proxyListShape },
  'no such proxy is listed': { args: ['proxy', 'list', 'nobody'], exit: 1, shape: proxyListShape },
  'a flag is unknown': { args: ['proxy', 'list', '--frob'], exit: 2, shape: errorShape },
  'an argument is missing': { args: ['network', 'connect', 'shared'], exit: 2, shape: errorShape },
  'an argument is too many': { args: ['network', 'list', 'shared'], exit: 2, shape: errorShape },
  'a command is unknown': { args: ['netwrk', 'ensure', 'new'], exit: 2, shape: errorShape },
};

/** The commands that talk to an engine, each in a way that would do something. */
const commands: readonly (readonly string[])[] = [
  ['network', 'ensure', 'new'],
  ['network', 'connect', 'shared', 'shop-db-1'],
  ['network', 'disconnect', 'shop_default', 'shop-db-1'],
  ['network', 'list'],
  ['network', 'graph'],
  ['network', 'prune', '--all'],
  ['proxy', 'join'],
  ['proxy', 'leave'],
  ['proxy', 'list'],
];

function expectOneClearError({ stdout, stderr }: CliResult): void {
  expect(stdout).to.equal('');
  expect(stderr).to.match(/^Error: \S.*[.?]\n( {2}\S.*\n)*$/);
}

describe('exit codes', () => {
  for (const [name, { args, exit, shape, scene = shop }] of Object.entries(cases)) {
    it(`are the same as text and as JSON when ${name}: ${String(exit)}`, async () => {
      const [asText, asJson] = [scene(), scene()];
      await withDaemon(asText, server =>
        withDaemon(asJson, async other => {
          const [text, json] = await Promise.all([
            runCli(args, { host: server.host }),
            runCli([...args, '--json'], { host: other.host }),
          ]);
          expect(text, text.stderr).to.include({ exitCode: exit, signal: null });
          expect(json.exitCode).to.equal(exit);
          const document = documentOf(json);
          expect(misfits(document, shape)).to.deep.equal([]);
          expect(json.stderr).to.equal('');
          if (shape === errorShape) expectOneClearError(text);
          else expect(text.stdout).to.not.equal('');
          expect(changes(asJson)).to.deep.equal(changes(asText));
        }),
      );
    });
  }

  it('are 4 for every command where there is no engine', async () => {
    const host = `unix://${join(testFolder(), 'nothing.sock')}`;
    const results = await Promise.all(
      commands.map(async args => ({
        args,
        text: await runCli(args, { host }),
        json: await runCli([...args, '--json'], { host }),
      })),
    );
    for (const { args, text, json } of results) {
      expect([text.exitCode, json.exitCode], args.join(' ')).to.deep.equal([4, 4]);
      expectOneClearError(text);
      expect(text.stderr).to.include('there is no such socket').and.include('Is Docker running?');
      expect(misfits(documentOf(json), errorShape)).to.deep.equal([]);
      expect(documentOf(json)).to.include({ command: args.slice(0, 2).join(' ') });
    }
  });

  it('and messages differ between an engine that is missing, dead, forbidden, a file and a wrong address', async () => {
    const folder = await mkdtemp(join(testFolder(), 'sockets-'));
    const dead = join(folder, 'dead.sock');
    const file = join(folder, 'file.sock');
    await writeFile(file, '');
    // A process that ends leaves its socket behind, with nobody at it.
    const leave = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
    await new Promise<void>(resolve => execFile(process.execPath, ['-e', leave, dead], () => resolve()));

    const told: Record<string, { exit: number; says: string }> = {
      [`unix://${join(folder, 'none.sock')}`]: { exit: 4, says: 'there is no such socket' },
      [`unix://${dead}`]: { exit: 4, says: 'nobody listens on it' },
      [`unix://${file}`]: { exit: 4, says: 'that is a file, not a socket' },
      [`unix://${folder}`]: { exit: 4, says: 'that is a folder, not a socket' },
      'tcp://127.0.0.1:1': { exit: 4, says: 'nothing listens on port 1' },
      'ftp://127.0.0.1': { exit: 2, says: 'ftp' },
      'tcp://host:port:more': { exit: 2, says: 'DOCKER_HOST' },
    };
    const results = await Promise.all(
      Object.entries(told).map(async ([host, wanted]) => ({
        wanted,
        result: await runCli(['network', 'list'], { host }),
      })),
    );
    for (const { wanted, result } of results) {
      expect(result.exitCode, result.stderr).to.equal(wanted.exit);
      expectOneClearError(result);
      expect(result.stderr).to.include(wanted.says);
    }
    expect(new Set(results.map(({ result }) => result.stderr)).size).to.equal(results.length);
  });

  it('are 5 where the socket may not be opened', async () => {
    const folder = await mkdtemp(join(testFolder(), 'closed-'));
    const socket = join(folder, 'docker.sock');
    const server = createServer();
    await new Promise<void>(resolve => server.listen(socket, resolve));
    await chmod(socket, 0o000);
    try {
      await chmod(folder, 0o755);
      const result = await runCli(['network', 'list'], { host: `unix://${socket}`, uid: 65534 });
      expect(result.exitCode, result.stderr).to.equal(5);
      expectOneClearError(result);
      expect(result.stderr).to.include('permission denied').and.include('sudo');
    } finally {
      await new Promise(resolve => server.close(resolve));
    }
  });
});
