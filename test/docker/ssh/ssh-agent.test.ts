import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { assert, expect } from 'chai';
import type { SshEndpoint } from '../../../src/lib/docker/endpoint/endpoint.js';
import { EngineError } from '../../../src/lib/docker/failures/engine-error.js';
import { SshAgent } from '../../../src/lib/docker/ssh/ssh-agent.js';
import { type FakeSsh, installFakeSsh } from '../fake-ssh.js';

const far: SshEndpoint = { kind: 'ssh', user: 'me', host: 'far', url: 'ssh://me@far', origin: 'from --host' };

interface Answer {
  readonly pid: number;
  readonly url: string;
  readonly size: number;
}

describe('HTTP over ssh', () => {
  let ssh: FakeSsh | undefined;
  let agent: SshAgent;

  async function install(script?: string, endpoint = far): Promise<void> {
    ssh = await installFakeSsh(script);
    agent = new SshAgent(endpoint);
  }

  afterEach(async () => {
    agent.destroy();
    await ssh?.remove();
    ssh = undefined;
  });

  async function responseTo(
    path: string,
    options: RequestOptions = {},
    body?: string,
  ): Promise<IncomingMessage> {
    const sent = request({ agent, path, host: 'localhost', ...options });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return response;
  }

  async function ask(path: string, options?: RequestOptions, body?: string): Promise<Answer> {
    return JSON.parse(await text(await responseTo(path, options, body))) as Answer;
  }

  async function failureOf(path: string, options?: RequestOptions): Promise<EngineError> {
    try {
      await ask(path, options);
    } catch (error) {
      assert.instanceOf(error, EngineError);
      return error;
    }
    assert.fail('it answered');
  }

  /** Resolves once no process has this ID any more. */
  async function goneFor(pid: number): Promise<void> {
    for (;;) {
      try {
        process.kill(pid, 0);
      } catch {
        return;
      }
      await new Promise(soon => setTimeout(soon, 5));
    }
  }

  it('serves consecutive requests by one ssh', async () => {
    await install();
    const first = await ask('/first');
    const second = await ask('/second', { method: 'POST' }, 'x'.repeat(300_000));
    expect([second.pid, second.url, second.size]).to.deep.equal([first.pid, '/second', 300_000]);
    expect(await ssh?.runs()).to.have.length(1);
  });

  it('serves parallel requests by several, yet no more than a server lets in', async () => {
    await install();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => ask(`/${String(index)}`)));
    expect(new Set(answers.map(({ pid }) => pid)).size).to.be.within(2, 6);
    expect(await ssh?.runs()).to.have.length.within(2, 6);
  });

  it('brings a large answer whole to a slow reader', async () => {
    await install();
    const response = await responseTo('/big');
    let size = 0;
    for await (const chunk of response) {
      size += (chunk as Buffer).length;
      await new Promise(setImmediate);
    }
    expect(size).to.equal(5_000_000);
  });

  it('brings an answer whole that ends with the connection', async () => {
    await install(`
      const body = 'y'.repeat(1_000_000);
      process.stdin.once('data', () => process.stdout.write('HTTP/1.1 200 OK\\r\\n\\r\\n' + body, () => process.exit(0)));
    `);
    const response = await responseTo('/');
    let size = 0;
    for await (const chunk of response) {
      size += (chunk as Buffer).length;
      await new Promise(setImmediate);
    }
    expect(size).to.equal(1_000_000);
  });

  it('takes a new ssh after the far side said that it was the last answer', async () => {
    await install();
    const { pid } = await ask('/last');
    await goneFor(pid);
    expect((await ask('/next')).pid).not.to.equal(pid);
  });

  it('takes a new ssh after the idle one was killed', async () => {
    await install();
    const { pid } = await ask('/first');
    process.kill(pid, 'SIGKILL');
    await goneFor(pid);
    // Its end is known here once the agent has let go of it.
    while (Object.keys(agent.freeSockets).length > 0) await new Promise(setImmediate);
    expect((await ask('/next')).pid).not.to.equal(pid);
  });

  it('calls ssh as docker does', async () => {
    await install(undefined, { ...far, port: 2222, path: '/run/user/1000/docker.sock' });
    await ask('/');
    const command =
      '-o ConnectTimeout=30 -o ServerAliveInterval=30 -T -l me -p 2222 -- far docker --host unix:///run/user/1000/docker.sock system dial-stdio';
    expect(await ssh?.runs()).to.deep.equal([command.split(' ')]);
  });

  it('leaves user, port and socket to the configuration of ssh unless they are given', async () => {
    await install(undefined, { kind: 'ssh', host: 'alias', url: 'ssh://alias', origin: 'from --host' });
    await ask('/');
    const command = '-o ConnectTimeout=30 -o ServerAliveInterval=30 -T -- alias docker system dial-stdio';
    expect(await ssh?.runs()).to.deep.equal([command.split(' ')]);
  });

  it('ends ssh with an aborted request', async () => {
    await install();
    const controller = new AbortController();
    const sent = request({ agent, path: '/hang', host: 'localhost', signal: controller.signal });
    const failed = once(sent, 'close').catch((error: unknown) => error);
    sent.on('error', () => undefined).end();
    while ((await ssh?.pids())?.length !== 1) await new Promise(setImmediate);
    controller.abort();
    await failed;
    await goneFor((await ssh?.pids())?.[0] ?? 0);
  });

  it('ends an ssh that does not want to', async () => {
    await install(`
      process.on('SIGTERM', () => {});
      setInterval(() => {}, 1000);
      process.stdin.once('data', () => process.stdout.write('HTTP/1.1 200 OK\\r\\n\\r\\n'));
    `);
    const response = await responseTo('/');
    response.destroy();
    await goneFor((await ssh?.pids())?.[0] ?? 0);
  });

  it('ends ssh with the agent', async () => {
    await install();
    const { pid } = await ask('/');
    agent.destroy();
    await goneFor(pid);
  });

  it('tells of a request that takes too long', async () => {
    await install();
    const sent = request({ agent, path: '/hang', host: 'localhost', timeout: 50 });
    sent.on('error', () => undefined).end();
    await once(sent, 'timeout');
    sent.destroy();
  });

  it('neither keeps a process alive nor outlives it', async () => {
    await install();
    const program = `
      import { request } from 'node:http';
      import { SshAgent } from './src/lib/docker/ssh/ssh-agent.ts';
      const agent = new SshAgent(${JSON.stringify(far)});
      request({ agent, path: '/', host: 'localhost' }, response => response.pipe(process.stdout)).end();
    `;
    const args = ['--import', 'tsx', '--input-type=module', '-e', program];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [answer, exit] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    expect(exit).to.deep.equal([0, null]);
    await goneFor((JSON.parse(answer) as Answer).pid);
  });

  it('passes over what ssh has to say while all goes well', async () => {
    await install(`
      process.stderr.write("Warning: Permanently added 'far' to the list of known hosts.\\n");
      process.stdin.once('data', () => process.stdout.write('HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\n{}'));
    `);
    expect(await ask('/')).to.deep.equal({});
  });

  describe('that fails', () => {
    const dying = (stderr: string, status = 255): string =>
      `process.stderr.write(${JSON.stringify(stderr)}, () => process.exit(${String(status)}));`;

    const ends: readonly (readonly [string, string, number, string, number, RegExp, RegExp])[] = [
      [
        'an unknown host key',
        'No ED25519 host key is known for far and you have requested strict checking.\nHost key verification failed.\r\n',
        255,
        'engine-unreachable',
        4,
        /Host key verification failed/,
        /ssh me@far$/,
      ],
      [
        'a changed host key',
        '@@@@@\n@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\n@@@@@\nHost key verification failed.\n',
        255,
        'engine-unreachable',
        4,
        /: Host key verification failed\.$/,
        /ssh-keygen -R/,
      ],
      [
        'a refused key',
        'me@far: Permission denied (publickey,password).\n',
        255,
        'engine-denied',
        5,
        /Permission denied \(publickey,password\)/,
        /ssh me@far true/,
      ],
      [
        'an unknown host',
        'ssh: Could not resolve hostname far: Name or service not known\n',
        255,
        'engine-unreachable',
        4,
        /Could not resolve/,
        /config/,
      ],
      [
        'a closed port',
        'ssh: connect to host far port 22: Connection refused\n',
        255,
        'engine-unreachable',
        4,
        /Connection refused/,
        /host and port/,
      ],
      [
        'no docker there',
        'bash: line 1: docker: command not found\n',
        127,
        'engine-unreachable',
        4,
        /docker: command not found/,
        /Install the docker command/,
      ],
      [
        'too old a docker there',
        "docker: 'dial-stdio' is not a docker command.\nSee 'docker --help'\n",
        1,
        'engine-unreachable',
        4,
        /not a docker command/,
        /too old/,
      ],
      [
        'no engine there',
        'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n',
        1,
        'engine-unreachable',
        4,
        /daemon running\?\.$/,
        /systemctl start/,
      ],
      [
        'no right to the engine there',
        'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock\n',
        1,
        'engine-denied',
        5,
        /permission denied/,
        /usermod/,
      ],
      [
        'no engine at the path given there',
        'failed to open the raw stream connection: dial unix /x.sock: connect: no such file or directory\n',
        1,
        'engine-unreachable',
        4,
        /dial unix \/x\.sock/,
        /systemctl start/,
      ],
      [
        'no right to the path given there',
        'failed to open the raw stream connection: dial unix /x.sock: connect: permission denied\n',
        1,
        'engine-denied',
        5,
        /permission denied/,
        /usermod/,
      ],
      [
        'nothing to say',
        '',
        255,
        'engine-unreachable',
        4,
        /ended with status 255 and said nothing/,
        /ssh me@far docker system dial-stdio/,
      ],
      ['something to paint', '\u001b[2Jboo\n', 255, 'engine-unreachable', 4, /: \\e\[2Jboo\.$/, /./],
    ];
    for (const [what, stderr, status, code, exit, why, hint] of ends) {
      it(`with ${what} says so`, async () => {
        await install(dying(stderr, status));
        const failure = await failureOf('/', { method: 'POST' });
        expect([failure.code, failure.exit]).to.deep.equal([code, exit]);
        expect(failure.message)
          .to.match(/^Cannot reach the engine at ssh:\/\/me@far \(from --host\): /)
          .and.match(why);
        expect(failure.hints.join('\n')).to.match(hint);
      });
    }

    it('in the midst of a request says so', async () => {
      await install();
      await ask('/');
      expect((await failureOf('/die')).message).to.contain('Connection to far closed by remote host.');
    });

    it('because it was killed says so', async () => {
      await install('process.kill(process.pid, "SIGKILL");');
      expect((await failureOf('/')).message).to.contain('ssh was ended by SIGKILL');
    });

    it('says so although something else holds on to its output for errors', async () => {
      await install(`
        require('node:child_process').spawn('sleep', ['4'], { stdio: ['ignore', 'ignore', 'inherit'], detached: true }).unref();
        ${dying('Host key verification failed.\n')}
      `);
      expect((await failureOf('/')).message).to.contain('Host key verification failed');
    });

    it('because there is no ssh here says so', async () => {
      agent = new SshAgent(far);
      const path = process.env['PATH'];
      process.env['PATH'] = '/nonexistent';
      try {
        const failure = await failureOf('/');
        expect([failure.exit, failure.message.includes('there is no ssh command here')]).to.deep.equal([
          4,
          true,
        ]);
        expect(failure.hints.join()).to.contain('openssh-client');
      } finally {
        process.env['PATH'] = path;
      }
    });

    it('does so only for whoever asks: an aborted request before it leaves nothing behind', async () => {
      await install(dying('Host key verification failed.\n'));
      const sent = request({ agent, path: '/', host: 'localhost', signal: AbortSignal.abort() });
      await once(sent, 'error');
      expect((await failureOf('/')).message).to.contain('Host key verification failed');
    });
  });
});
