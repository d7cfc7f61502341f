import { once } from 'node:events';
import { type IncomingMessage, createServer, request } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { endpointAgent } from '../../src/lib/docker/endpoint-agent.js';

const named = { url: 'x', origin: 'from --host' };

describe('The agent of an endpoint', () => {
  /** As docker-modem writes out the options of each request. */
  const written = (agent: unknown): string =>
    inspect({ path: '/', agent }, { showHidden: true, depth: null });

  it('is written out as one word, whatever connections it has open', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-agent-'));
    const socketPath = join(folder, 'docker.sock');
    const server = createServer((_request, response) => response.end('ok')).listen(socketPath);
    const agent = endpointAgent({ ...named, kind: 'unix', path: socketPath });
    try {
      await once(server, 'listening');
      const sent = request({ socketPath, agent }).end();
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      await once(answer.resume(), 'end');
      expect(written(agent)).to.equal("{ path: '/', agent: Agent }");
    } finally {
      agent.destroy();
      server.close();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('tells nobody the key it was given', () => {
    const key = '-----BEGIN PRIVATE KEY-----';
    const tls = { verify: true, key };
    const agent = endpointAgent({ ...named, kind: 'tcp', host: 'engine', port: 2376, tls });
    expect(written(agent)).to.not.include(key);
  });
});
