import type { Socket } from 'node:net';
import { expect } from 'chai';
import { type CliResult, runCli } from '../support/cli.js';
import { FakeDaemon } from '../support/fake-daemon.js';
import { type RawAnswer, serveRaw } from '../support/fake-server.js';
import { documentOf, errorShape, misfits } from '../support/json-document.js';
import { changes, withDaemon } from './scenes.js';

/** The program says it in a line, with hints below; no stack, nothing on standard output. */
function expectClearError({ stdout, stderr, signal }: CliResult): void {
  expect(stdout).to.equal('');
  expect(signal).to.equal(null);
  expect(stderr).to.match(/^Error: [^\n]{1,1000}[.?]\n( {2}[^\n]{1,1000}\n)*$/);
  expect(stderr).to.not.match(/\n\s+at |node:|undefined|\[object|Fairlead failed in a way/);
}

function http(status: string, type: string, body: string, headers = ''): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${String(Buffer.byteLength(body))}\r\n${headers}\r\n${body}`;
}

const say =
  (text: string): RawAnswer =>
  socket => {
    socket.write(text);
  };

const sayAndLeave =
  (text: string): RawAnswer =>
  socket => {
    socket.end(text);
  };

const page = '<html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>';
const chunked = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';

interface Stranger {
  readonly answer: RawAnswer;
  readonly onConnection?: (socket: Socket) => void;
  readonly exit: number;
  readonly says: RegExp;
  /** It never ends by itself: the deadline must end it. */
  readonly endless?: boolean;
}

const nothing: RawAnswer = () => undefined;

const strangers: Readonly<Record<string, Stranger>> = {
  'accepts and closes': {
    answer: nothing,
    onConnection: socket => socket.destroy(),
    exit: 4,
    says: /closed the connection without an answer/,
  },
  'reads the request and closes': {
    answer: socket => socket.end(),
    exit: 4,
    says: /closed the connection without an answer/,
  },
  'sends garbage': {
    answer: say('\u0000\u0001\u0002\u001b[31mgarbage\u0007'.repeat(50)),
    exit: 4,
    says: /does not speak HTTP/,
  },
  'speaks SSH': { answer: say('SSH-2.0-OpenSSH_9.2\r\n'), exit: 4, says: /does not speak HTTP/ },
  'never answers': { answer: nothing, exit: 4, says: /no answer within 0\.7 s/, endless: true },
  'answers a page with 200': {
    answer: say(http('200 OK', 'text/html', page)),
    exit: 4,
    says: /makes no sense/,
  },
  'answers nothing with 200': {
    answer: say(http('200 OK', 'text/plain', '')),
    exit: 4,
    says: /makes no sense/,
  },
  'answers 204': { answer: say('HTTP/1.1 204 No Content\r\n\r\n'), exit: 4, says: /204|makes no sense/ },
  redirects: {
    answer: say(http('301 Moved Permanently', 'text/html', page, 'Location: https://example.org/\r\n')),
    exit: 4,
    says: /HTTP 301/,
  },
  'answers half a JSON': {
    answer: sayAndLeave(http('200 OK', 'application/json', '[{"Id": "a', '')),
    exit: 4,
    says: /makes no sense/,
  },
  'breaks off in the middle of a body': {
    answer: sayAndLeave('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[{"Id":'),
    exit: 4,
    says: /broke off before its end/,
  },
  'breaks off in the middle of a chunk': {
    answer: sayAndLeave(`${chunked}ff\r\n[{"Id":`),
    exit: 4,
    says: /broke off before its end/,
  },
  'breaks off between chunks': {
    answer: sayAndLeave(`${chunked}2\r\n[{\r\n`),
    exit: 4,
    says: /broke off before its end/,
  },
  'is lost in the middle of a body': {
    answer: socket => {
      socket.write(`${chunked}2\r\n[{\r\n`, () => socket.destroy());
    },
    exit: 4,
    says: /broke off before its end/,
  },
  'sends a chunk that is none': { answer: say(`${chunked}zz\r\n`), exit: 4, says: /does not speak HTTP/ },
  'stops in the middle of a body': {
    answer: say('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[{'),
    exit: 4,
    says: /no answer within 0\.7 s/,
    endless: true,
  },
  'announces a gigabyte': {
    answer: say('HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n['),
    exit: 4,
    says: /longer than 128 MB/,
  },
  'sends without end': {
    answer: socket => {
      socket.write(chunked);
      const chunk = `${(1 << 20).toString(16)}\r\n${' '.repeat(1 << 20)}\r\n`;
      const pour = (): void => {
        if (socket.writable) socket.write(chunk, pour);
      };
      pour();
    },
    exit: 4,
    says: /longer than 128 MB/,
  },
  'sends headers without end': {
    answer: say(`HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`),
    exit: 4,
    says: /does not speak HTTP/,
  },
  'is a socket proxy that says no': {
    answer: say(http('403 Forbidden', 'text/html', '<html><body><h1>403 Forbidden</h1></body></html>')),
    exit: 5,
    says: /socket proxy/,
  },
  'wants a password': {
    answer: say(http('401 Unauthorized', 'text/plain', 'who are you?')),
    exit: 5,
    says: /HTTP 401/,
  },
  'does not know the page': {
    answer: say(http('404 Not Found', 'text/html', page)),
    exit: 4,
    says: /HTTP 404/,
  },
  'fails with a page': {
    answer: say(http('500 Internal Server Error', 'text/html', page)),
    exit: 1,
    says: /HTTP 500/,
  },
  'is a proxy without an engine': {
    answer: say(http('502 Bad Gateway', 'text/html', page)),
    exit: 4,
    says: /HTTP 502/,
  },
  'fails with JSON of another service': {
    answer: say(
      http('500 Internal Server Error', 'application/json', '{"message": {"a": [1]}, "error": "no"}'),
    ),
    exit: 1,
    says: /HTTP 500/,
  },
};

describe('an engine that is none', () => {
  for (const [name, { answer, onConnection, exit, says, endless }] of Object.entries(strangers)) {
    it(`and ${name} is told of in one line: ${String(exit)}`, async () => {
      const server = await serveRaw(answer, onConnection);
      try {
        const env = endless ? { FAIRLEAD_TIMEOUT: '0.7' } : {};
        const run = (...args: string[]): Promise<CliResult> =>
          runCli(args, { host: server.host, env, timeoutMs: 10_000 });
        const ensure = await run('network', 'ensure', 'new');
        expectClearError(ensure);
        expect(ensure.stderr).to.match(says);
        expect(ensure.exitCode, ensure.stderr).to.equal(exit);
        expect(server.requests.filter(request => !request.startsWith('GET '))).to.deep.equal([]);
      } finally {
        await server.close();
      }
    });
  }
});

describe('an engine that is none, in JSON,', () => {
  it('gives one document that says the same', async () => {
    const answers = [
      'sends garbage',
      'answers a page with 200',
      'is a socket proxy that says no',
      'fails with a page',
    ];
    for (const { answer, exit, says } of answers.flatMap(name => strangers[name] ?? [])) {
      const server = await serveRaw(answer);
      const result = await runCli(['network', 'list', '--json'], { host: server.host });
      await server.close();
      const document = documentOf(result);
      expect(misfits(document, errorShape)).to.deep.equal([]);
      expect(result).to.include({ exitCode: exit, stderr: '' });
      expect(JSON.stringify(document['error'])).to.match(says);
    }
  });
});

describe('an answer to a change', () => {
  const wrong: Readonly<Record<string, { status: number; body?: unknown; says: RegExp; exit: number }>> = {
    'that is empty': { status: 201, says: /the ID of the network created should be a text/, exit: 4 },
    'of another shape': {
      status: 201,
      body: { Id: 17 },
      says: /the ID of the network created should be a text/,
      exit: 4,
    },
    'that says no in a page': { status: 403, body: page, says: /forbids this call/, exit: 5 },
    'of a page long': {
      status: 400,
      body: { message: `no: ${'x'.repeat(100_000)}` },
      says: /no: x+…/,
      exit: 1,
    },
  };
  for (const [name, { status, body, says, exit }] of Object.entries(wrong)) {
    it(`${name} fails its step in one line, and the next one is tried`, async () => {
      const daemon = new FakeDaemon();
      let first = true;
      daemon.intercept = call => {
        if (!call.startsWith('POST') || !first) return undefined;
        first = false;
        return body === undefined ? { status } : { status, body };
      };
      await withDaemon(daemon, async ({ host }) => {
        const { stdout, stderr, exitCode } = await runCli(['network', 'ensure', 'one', 'two'], { host });
        expect(exitCode).to.equal(exit);
        expect(stderr).to.equal('');
        expect(stdout).to.match(says);
        expect(stdout)
          .to.match(/^x create +one /)
          .and.match(/\n\+ create +two /)
          .and.match(/\n1 created, 1 failed\n$/);
        for (const line of stdout.split('\n')) expect(line.length).to.be.lessThan(500);
      });
      expect(changes(daemon)).to.have.length(2);
    });
  }

  it('that fails for the moment is tried again', async () => {
    const daemon = new FakeDaemon();
    let failures = 0;
    daemon.intercept = call => {
      if (!call.startsWith('POST') || failures === 2) return undefined;
      failures += 1;
      return { status: 500, body: { message: 'a moment please' } };
    };
    await withDaemon(daemon, async ({ host }) => {
      const { stdout, stderr, exitCode } = await runCli(['network', 'ensure', 'one'], { host });
      expect([exitCode, stdout.split('\n')[1]], stderr).to.deep.equal([0, '1 created']);
    });
    expect(changes(daemon)).to.have.length(3);
  });
});
