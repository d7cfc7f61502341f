import { expect } from 'chai';
import { createContainer, runContainer } from '../engine/containers.js';
import { createNetwork } from '../engine/networks.js';
import { type PrivateEngine, startEngine } from '../engine/private-engine.js';
import type { Release } from '../engine/releases.js';
import { fairlead, stepsOf } from './fairlead.js';
import { networksOf } from './scene.js';

interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly Labels: Record<string, string>;
  /** Engines from 26 on say null where there is none. */
  readonly IPAM: { readonly Config: readonly Record<string, unknown>[] | null };
}

const releases: readonly Release[] = ['20.10', '26.1', '28.5'];

async function named(engine: PrivateEngine, name: string): Promise<Inspected[]> {
  return (await engine.api<Inspected[]>('GET', '/networks')).filter(network => network.Name === name);
}

for (const release of releases) {
  describe(`Networks on Engine ${release}`, () => {
    let engine: PrivateEngine;

    before(async () => {
      engine = await startEngine({ release });
    });
    afterEach(() => engine.reset());
    after(() => engine.stop());

    it('are created once, and found as declared the second time and after a restart of the engine', async () => {
      const declarations = [
        ['plain'],
        ['subnet-only', '--subnet', '10.71.0.0/24'],
        ['told-gateway', '--subnet', '10.72.0.0/24', '--gateway', '10.72.0.1'],
        ['v6', '--ipv6', '--subnet', 'FD00:73:0:0::/64'],
        ['both', '--ipv6', '--subnet', '10.74.0.0/24', '--subnet', 'fd00:74::/64'],
        ['options', '-o', 'com.docker.network.bridge.name=br75', '--label', 'tier=web', '--internal'],
        [
          ...['all', '--subnet', '10.76.0.0/24', '--gateway', '10.76.0.254', '--ip-range', '10.76.0.128/25'],
          ...['--aux-address', 'router=10.76.0.9'],
        ],
        ['template', '--config-only', '--subnet', '10.77.0.0/24'],
        ['from-template', '--config-from', 'template'],
      ];
      const ensureAll = async (): Promise<string[]> => {
        const verbs: string[] = [];
        for (const declaration of declarations) {
          const ran = await fairlead(engine, 'network', 'ensure', ...declaration);
          verbs.push(
            `${declaration[0] ?? ''} ${stepsOf(ran)[0]?.split(' ')[1] ?? ''} ${String(ran.exitCode)}`,
          );
        }
        return verbs;
      };
      const each = (verb: string): string[] => declarations.map(([name = '']) => `${name} ${verb} 0`);
      expect(await ensureAll()).to.deep.equal(each('create'));
      expect(await ensureAll()).to.deep.equal(each('unchanged'));
      await engine.restart();
      expect(await ensureAll()).to.deep.equal(each('unchanged'));

      const [all] = await named(engine, 'all');
      expect(all?.Labels).to.deep.equal({ 'fairlead.managed': 'true' });
      expect(all?.IPAM.Config).to.deep.equal([
        {
          Subnet: '10.76.0.0/24',
          IPRange: '10.76.0.128/25',
          Gateway: '10.76.0.254',
          AuxiliaryAddresses: { router: '10.76.0.9' },
        },
      ]);
    });

    it('are one when eight processes ensure them at once', async () => {
      for (let round = 0; round < 3; round += 1) {
        const name = `race${String(round)}`;
        const ran = await Promise.all(
          Array.from({ length: 8 }, () => fairlead(engine, 'network', 'ensure', name)),
        );
        expect(ran.map(({ exitCode }) => exitCode)).to.deep.equal(Array.from({ length: 8 }, () => 0));
        expect(await named(engine, name)).to.have.length(1);
      }
    });

    it('show each field that differs, and are left as they are', async () => {
      await createNetwork(engine, { name: 'made', subnet: '10.81.0.0/24', labels: { by: 'hand' } });
      const [before] = await named(engine, 'made');
      const ran = await fairlead(
        engine,
        ...['network', 'ensure', 'made', '--internal', '--subnet', '10.82.0.0/24', '--label', 'by=fairlead'],
      );
      expect(ran.exitCode).to.equal(3);
      expect(stepsOf(ran)).to.deep.equal([
        '! drift made exists otherwise than declared; no engine can change a network in place',
        'internal: declared true, is false',
        'ipam.config: declared 10.82.0.0/24, is 10.81.0.0/24',
        'labels.by: declared fairlead, is hand',
        'To have it removed and made again, with every member put back as it was:',
        'fairlead network ensure made --recreate, or on_drift: recreate in the config',
      ]);
      expect(await named(engine, 'made')).to.deep.equal([before]);
      const labels = await fairlead(engine, 'network', 'ensure', 'made', '--label', 'by=fairlead');
      expect(labels.exitCode).to.equal(0);
      expect(stepsOf(labels)[0]).to.match(/^! label drift made/);
    });

    it('are known by their exact name only', async () => {
      await createNetwork(engine, { name: 'my-traefik-proxy' });
      const ran = await fairlead(engine, 'network', 'ensure', 'traefik-proxy');
      expect(stepsOf(ran)[0]).to.match(/^\+ create traefik-proxy /);
      const odd = await createNetwork(engine, { name: 'odd name/x' });
      await runContainer(engine, { name: 'api' });
      const connected = await fairlead(engine, 'network', 'connect', 'odd name/x', 'api');
      expect(connected.exitCode).to.equal(0);
      expect(await networksOf(engine, 'api')).to.deep.equal(['bridge', 'odd name/x']);
      expect((await fairlead(engine, 'network', 'disconnect', odd, 'api')).exitCode).to.equal(0);
      // One hex digit would be enough for the engine to take an ID's beginning for a name.
      const digit = await fairlead(engine, 'network', 'connect', odd.slice(0, 1), 'api');
      expect(digit.exitCode).to.equal(1);
      expect(digit.stderr).to.include('There is no network');
    });

    it('connect and disconnect a container once, running, paused, stopped or created', async () => {
      await createNetwork(engine, { name: 'back', subnet: '10.83.0.0/24' });
      await runContainer(engine, { name: 'running' });
      await runContainer(engine, { name: 'paused' });
      await engine.api('POST', '/containers/paused/pause');
      await runContainer(engine, { name: 'stopped' });
      await engine.api('POST', '/containers/stopped/kill');
      await createContainer(engine, { name: 'created' });
      for (const name of ['running', 'paused', 'stopped', 'created']) {
        const connect = (...flags: string[]): Promise<string> =>
          fairlead(engine, 'network', 'connect', 'back', name, ...flags).then(
            ran => `${stepsOf(ran)[0]?.split(' ').slice(0, 2).join(' ') ?? ''} ${String(ran.exitCode)}`,
          );
        expect(await connect('--alias', 'x')).to.equal('+ connect 0');
        expect(await connect('--alias', 'x')).to.equal('= unchanged 0');
        expect(await connect('--alias', 'y')).to.equal('! drift 3');
        expect(await networksOf(engine, name)).to.include('back');
        const disconnect = (): Promise<string> =>
          fairlead(engine, 'network', 'disconnect', 'back', name).then(
            ({ stdout }) => stdout.split('\n').at(-1) ?? '',
          );
        expect(await disconnect()).to.equal('1 disconnected');
        expect(await disconnect()).to.equal('1 unchanged');
        expect(await networksOf(engine, name)).not.to.include('back');
      }
    });

    it('refuse what cannot be connected, and say why', async () => {
      await createNetwork(engine, { name: 'back' });
      await runContainer(engine, { name: 'hosted', network: 'host' });
      await runContainer(engine, { name: 'owner' });
      await runContainer(engine, { name: 'sharing', network: 'container:owner' });
      for (const [name, reason] of [
        ['hosted', 'in host mode'],
        ['sharing', 'shares the network of another one'],
      ] as const) {
        const ran = await fairlead(engine, 'network', 'connect', 'back', name);
        expect(ran.exitCode).to.equal(1);
        expect(ran.stdout).to.include(reason);
      }
      const missing = await fairlead(engine, 'network', 'connect', 'back', 'own');
      expect(missing.stderr).to.include('There is no container own').and.to.include('Similar names: owner');
    });

    it('say what helps when the address pools are used up', async () => {
      await Promise.all(
        Array.from({ length: 30 }, (_, i) => createNetwork(engine, { name: `n${String(i)}` })),
      );
      await createContainer(engine, { name: 'asleep', network: 'n7' });
      const ran = await fairlead(engine, 'network', 'ensure', 'one-more');
      expect(ran.exitCode).to.equal(1);
      const before = await engine.api<Inspected[]>('GET', '/networks');
      const holders = before.filter(({ IPAM }) => (IPAM.Config ?? []).length > 0).length;
      expect(ran.stdout).to.include('default-address-pools');
      expect(ran.stdout).to.include(`${String(holders)} networks have subnets of this engine; on 29 of them`);
      const [, commands = ''] = /any more:\n(.*)Or give it/s.exec(ran.stdout) ?? [];
      const named = commands.match(/\bn\d+\b/g) ?? [];
      expect(named.length + Number(/and (\d+) more/.exec(commands)?.[1] ?? 0)).to.equal(29);
      expect(named).not.to.include('n7');
      // What looks unused is told, and stays.
      const [free = ''] = named;
      expect((await engine.api<Inspected[]>('GET', '/networks')).map(({ Name }) => Name)).to.include(free);
      const own = await fairlead(engine, 'network', 'ensure', 'one-more', '--subnet', '10.84.0.0/24');
      expect(own.exitCode).to.equal(0);
    });

    it('say that the host’s routes take subnets too, where they have left none', async () => {
      const ip = (...args: string[]): Promise<string> => engine.exec('ip', args);
      await ip('link', 'add', 'vpn0', 'type', 'veth', 'peer', 'name', 'vpn1');
      try {
        for (const end of ['vpn0', 'vpn1']) await ip('link', 'set', end, 'up');
        for (const half of ['0.0.0.0/1', '128.0.0.0/1']) await ip('route', 'add', half, 'dev', 'vpn0');
        const ran = await fairlead(engine, 'network', 'ensure', 'one-more');
        expect(ran.exitCode).to.equal(1);
        expect(ran.stdout).to.include('what a route of its host leads to, such as a VPN’s');
        // What is asked for by name is given all the same.
        const own = await fairlead(engine, 'network', 'ensure', 'one-more', '--subnet', '10.89.0.0/24');
        expect(own.exitCode).to.equal(0);
      } finally {
        await ip('link', 'del', 'vpn0');
      }
    });

    it('make room for another one when the command that is shown is followed', async () => {
      await Promise.all(
        Array.from({ length: 30 }, (_, i) => createNetwork(engine, { name: `m${String(i)}` })),
      );
      const ran = await fairlead(engine, 'network', 'ensure', 'one-more');
      const [, name = ''] = /docker network rm (\S+)/.exec(ran.stdout) ?? [];
      await engine.api('DELETE', `/networks/${name}`);
      expect((await fairlead(engine, 'network', 'ensure', 'one-more')).exitCode).to.equal(0);
    });

    it('are drawn with who is on them, in a tree, and in DOT and JSON', async () => {
      await createNetwork(engine, { name: 'edge', subnet: '10.87.0.0/24' });
      await createNetwork(engine, { name: 'app', subnet: '10.88.0.0/24' });
      await runContainer(engine, { name: 'http-proxy', network: 'edge' });
      await runContainer(engine, { name: 'web', network: 'app', env: { VIRTUAL_HOST: 'app.local' } });
      await createContainer(engine, { name: 'late', network: 'app' });
      await runContainer(engine, { name: 'metrics', network: 'host' });
      expect((await fairlead(engine, 'proxy', 'join')).exitCode).to.equal(0);
      const { stdout } = await fairlead(engine, 'network', 'graph', 'app', 'edge', 'host');
      // On 20.10 and 26.1 the network whose name sorts first has the gateway.
      const gateway = release === '28.5' ? ['home, gateway', ''] : ['home', 'gateway, '];
      expect(stdout.split('\n')).to.deep.equal([
        'app  10.88.0.0/24',
        `|- http-proxy  proxy, ${String(gateway[1])}joined by Fairlead`,
        '|- late  created',
        '`- web',
        'edge  10.87.0.0/24',
        `\`- http-proxy  proxy, ${String(gateway[0])}`,
        '',
        "In the host's network",
        '`- metrics',
      ]);
      const dot = await fairlead(engine, 'network', 'graph', '--format', 'dot');
      expect(dot.stdout).to.match(/c\d+ -- n\d+ \[style=dashed, label="[^"]*joined by Fairlead"\];/);
      const json = JSON.parse((await fairlead(engine, 'network', 'graph', '--json')).stdout) as {
        edges: { placedBy?: string; gateway?: boolean }[];
      };
      expect(json.edges.filter(({ placedBy }) => placedBy === 'proxy')).to.have.length(1);
    });

    it('are listed with their owner and who is on them', async () => {
      await fairlead(engine, 'network', 'ensure', 'shared', '--subnet', '10.85.0.0/24');
      await createNetwork(engine, {
        name: 'shop_default',
        subnet: '10.86.0.0/24',
        labels: { 'com.docker.compose.project': 'shop' },
      });
      await runContainer(engine, { name: 'up', network: 'shared' });
      await createContainer(engine, { name: 'down', network: 'shared' });
      const { stdout } = await fairlead(engine, 'network', 'list');
      const rows = stdout.split('\n').map(line => line.replaceAll(/ +/g, ' '));
      expect(rows).to.include('shared bridge 10.85.0.0/24 fairlead up, (down)');
      expect(rows).to.include('shop_default bridge 10.86.0.0/24 compose:shop');
    });
  });
}

describe('An engine that is not there', () => {
  it('is told apart from one that lets nobody in, and from one that is none', async () => {
    const missing = await fairlead('unix:///nonexistent/docker.sock', 'network', 'list');
    expect(missing.exitCode).to.equal(4);
    expect(missing.stderr).to.include('/nonexistent/docker.sock');
    const refused = await fairlead('tcp://127.0.0.1:9', 'network', 'list');
    expect(refused.exitCode).to.equal(4);
    expect(refused.stderr).not.to.equal(missing.stderr);
  });
});
