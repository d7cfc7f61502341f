import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { installTools, toolsFolder } from './engine-tools.js';
import { createNetwork } from './networks.js';
import { startEngine } from './private-engine.js';
import type { PrivateEngine } from './private-engine.js';
import { fetchPage } from './fetch-page.js';
import { webApp } from './web-app.js';

/** Where a Docker engine writes unless told otherwise, some of it whatever it is told. */
const enginePlaces = ['/etc/docker', '/run/docker', '/run/docker.sock', '/run/docker.pid', '/run/containerd'];
const furtherPlaces = [
  '/run/xtables.lock',
  '/var/lib/docker',
  '/var/lib/containerd',
  '/opt/containerd',
  '/run/netns',
];

function hostState(): Record<string, unknown> {
  return {
    links: show('ip', '-br', 'link'),
    routes: show('ip', 'route'),
    rules: show('ip', 'rule'),
    firewall: show('nft', 'list', 'ruleset'),
    forwarding: readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8'),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8'),
    packages: stamp('/var/lib/dpkg/status'),
    places: [...enginePlaces, ...furtherPlaces].map(place => `${place} ${stamp(place)}`),
  };
}

/** With the engines' tools, as a small host has none. */
function show(tool: string, ...args: string[]): string {
  return execFileSync(join(toolsFolder(), tool), args, { encoding: 'utf8' });
}

function stamp(path: string): string {
  if (!existsSync(path)) return 'absent';
  const stats = statSync(path);
  const entries = stats.isDirectory() ? readdirSync(path).sort().join(' ') : '';
  return `${String(stats.ino)} ${String(stats.mtimeMs)} ${entries}`;
}

async function work(engine: PrivateEngine): Promise<void> {
  await createNetwork(engine, { name: 'web' });
  await webApp(engine, { name: 'app', network: 'web', text: 'hello', publish: ['8080:80'] });
}

describe('The host of a private engine', () => {
  before(() => installTools());

  for (const release of ['20.10', '28.5'] as const) {
    it(`is as it was while ${release} runs and after`, async () => {
      const before = hostState();
      const engine = await startEngine({ release });
      try {
        await work(engine);
        expect(await fetchPage(engine, 'http://127.0.0.1:8080/')).to.deep.equal({
          status: 200,
          body: 'hello',
        });
        expect(hostState()).to.deep.equal(before);
      } finally {
        await engine.stop();
      }
      expect(hostState()).to.deep.equal(before);
    });
  }

  it('may point DOCKER_HOST and DOCKER_CONTEXT elsewhere', async () => {
    process.env['DOCKER_HOST'] = 'unix:///nowhere.sock';
    process.env['DOCKER_CONTEXT'] = 'nowhere';
    const engine = await startEngine({ release: '28.5' });
    try {
      expect(await engine.docker('version', '--format', '{{.Server.Version}}')).to.equal(engine.version);
      expect(await engine.exec('sh', ['-c', 'echo "$DOCKER_HOST $DOCKER_CONTEXT"'])).to.equal(engine.host);
    } finally {
      await engine.stop();
      delete process.env['DOCKER_HOST'];
      delete process.env['DOCKER_CONTEXT'];
    }
  });

  it('lends its network namespace, and gets it back without the bridges', async () => {
    const engine = await startEngine({ release: '28.5', isolated: false });
    const bridges = (): string => show('ip', '-br', 'link', 'show', 'type', 'bridge');
    let id = '';
    try {
      id = (await createNetwork(engine, { name: 'web' })).slice(0, 12);
      await webApp(engine, { name: 'app', network: 'web', text: 'hello', publish: ['127.0.0.1::80'] });
      const address = await engine.docker('port', 'app', '80');
      expect(await (await fetch(`http://${address}/`)).text()).to.equal('hello');
      expect(bridges()).to.include(`br-${id}`);
    } finally {
      await engine.stop();
    }
    expect(bridges()).to.not.include(`br-${id}`);
  });
});
