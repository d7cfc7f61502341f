import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { baseImage, baseImageName } from '../engine/base-image.js';
import { createContainer, runContainer } from '../engine/containers.js';
import { type PrivateEngine, startEngine } from '../engine/private-engine.js';
import type { Release } from '../engine/releases.js';
import { countingProxy } from './counting-proxy.js';
import { program, runWith } from './fairlead.js';

interface Endpoint {
  readonly NetworkID: string;
  readonly Aliases: string[] | null;
  readonly IPAMConfig: Record<string, string> | null;
  readonly Links: string[] | null;
  readonly DriverOpts: Record<string, string> | null;
  readonly GwPriority?: number;
}

interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly State: { readonly Status: string };
  readonly NetworkSettings: { readonly Networks: Record<string, Endpoint> };
}

/** Every setting of every member that a recreation has to bring back. */
async function settingsOf(engine: PrivateEngine, names: readonly string[]): Promise<unknown[]> {
  const settings: unknown[] = [];
  for (const name of names) {
    const { Id, State, NetworkSettings } = await engine.api<Inspected>('GET', `/containers/${name}/json`);
    const entry = NetworkSettings.Networks['shared'];
    settings.push({
      name,
      state: State.Status,
      networks: Object.keys(NetworkSettings.Networks).sort(),
      // Engines up to 25 list the container's own short ID, once or more often.
      aliases: [...new Set(entry?.Aliases ?? [])].filter(alias => alias !== Id.slice(0, 12)).sort(),
      requested: entry?.IPAMConfig ?? {},
      links: entry?.Links ?? [],
      options: entry?.DriverOpts ?? {},
      priority: entry?.GwPriority ?? 0,
    });
  }
  return settings;
}

/** A network with members of every kind: states, aliases, static addresses, links, options, priorities. */
async function crowd(engine: PrivateEngine, size: number): Promise<string[]> {
  await engine.api('POST', '/networks/create', {
    Name: 'shared',
    CheckDuplicate: true,
    EnableIPv6: true,
    IPAM: { Config: [{ Subnet: '10.91.0.0/24' }, { Subnet: 'fd00:91::/64' }] },
    Labels: { 'fairlead.managed': 'true' },
  });
  const names = Array.from({ length: size }, (_, i) => `m${String(i).padStart(2, '0')}`);
  for (const [i, name] of names.entries()) {
    const home = i % 5 === 0 ? { network: 'shared' } : {};
    await (i % 4 === 3 ? createContainer : runContainer)(engine, { name, ...home });
    if (i % 5 !== 0) {
      await engine.api('POST', '/networks/shared/connect', {
        Container: name,
        EndpointConfig: {
          Aliases: [`alias-${name}`, name],
          ...(i % 3 === 0 && {
            IPAMConfig: {
              IPv4Address: `10.91.0.${String(100 + i)}`,
              IPv6Address: `fd00:91::${String(100 + i)}`,
            },
          }),
          ...(i % 5 === 1 && { Links: [`${names[0] ?? ''}:first`] }),
          DriverOpts: { 'fairlead.owner': 'attachment' },
          GwPriority: -1,
        },
      });
    }
    if (i % 4 === 1) await engine.api('POST', `/containers/${name}/pause`);
    if (i % 4 === 2) await engine.api('POST', `/containers/${name}/kill`);
  }
  return names;
}

/** Every stopped member can start, which it cannot with an entry whose network is gone. */
async function startAll(engine: PrivateEngine, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const { State } = await engine.api<Inspected>('GET', `/containers/${name}/json`);
    if (State.Status === 'exited' || State.Status === 'created') {
      await engine.api('POST', `/containers/${name}/start`);
    }
  }
}

/**
 * Removes a container while the engine cannot write: its endpoint stays on its networks, as it does on hosts whose disk
 * was full for a moment.
 */
async function removeUnnoticed(engine: PrivateEngine, name: string): Promise<void> {
  const writes = (limit: string): Promise<unknown> =>
    execa('prlimit', ['--pid', String(engine.pid), `--fsize=${limit}:unlimited`]);
  await writes('4096');
  try {
    await engine.api('DELETE', `/containers/${name}?force=1`);
  } finally {
    await writes('unlimited');
  }
}

/** The endpoints of a network, by what stands for a container where there is none. */
async function endpointsOf(engine: PrivateEngine, network: string): Promise<string[]> {
  const { Containers } = await engine.api<{ Containers: Record<string, { Name: string }> }>(
    'GET',
    `/networks/${network}`,
  );
  return Object.entries(Containers).map(([key, { Name }]) =>
    key.startsWith('ep-') ? `ghost ${Name}` : Name,
  );
}

/** A container that asks for a MAC address on the network it is created on. */
async function runWithMac(engine: PrivateEngine, name: string, network: string, mac: string): Promise<void> {
  await baseImage(engine);
  await engine.api('POST', `/containers/create?name=${name}`, {
    Image: baseImageName,
    Cmd: ['sleep', '1000000'],
    MacAddress: mac,
    HostConfig: { NetworkMode: network, Init: true },
  });
  await engine.api('POST', `/containers/${name}/start`);
}

const releases: readonly Release[] = ['20.10', '26.1', '28.5'];
const ensure = (...flags: string[]): string[] => ['network', 'ensure', 'shared', '--recreate', ...flags];

describe('A network that is recreated', () => {
  let state: string;

  beforeEach(async () => {
    state = await mkdtemp(join(tmpdir(), 'fairlead-state-'));
  });
  afterEach(() => rm(state, { recursive: true, force: true }));

  const env = (): Record<string, string> => ({ FAIRLEAD_STATE_DIR: state });
  const journals = async (): Promise<string[]> =>
    (await readdir(state, { recursive: true })).filter(name => name.endsWith('.json'));

  for (const release of releases) {
    it(`has its 20 members back as they were, on Engine ${release}`, async () => {
      await using engine = await startEngine({ release });
      const names = await crowd(engine, 20);
      const before = await settingsOf(engine, names);
      const mtu = ['-o', 'com.docker.network.driver.mtu=1400'];
      const ran = await runWith(env(), engine.host, ...ensure(...mtu));
      expect(ran).to.deep.include({ exitCode: 0 });
      expect(ran.stdout).to.include('20 put back as before');
      expect(await settingsOf(engine, names)).to.deep.equal(before);
      const again = await runWith(env(), engine.host, ...ensure(...mtu));
      expect(again.exitCode).to.equal(0);
      expect(again.stdout).to.match(/1 unchanged$/);
      expect(await journals()).to.deep.equal([]);
      await startAll(engine, names);
    });

    it(`is left as it was where the new one is impossible, on Engine ${release}`, async () => {
      await using engine = await startEngine({ release });
      const names = await crowd(engine, 8);
      const before = await settingsOf(engine, names);
      // Refused in the plan: a static address would be outside.
      const outside = await runWith(env(), engine.host, ...ensure('--subnet', '10.92.0.0/24'));
      expect(outside.exitCode).to.equal(3);
      expect(outside.stdout).to.include('which is in no subnet of the new network');
      // Refused by the engine, when the old network is gone already: two bridges cannot have one name.
      await engine.api('POST', '/networks/create', {
        Name: 'other',
        Options: { 'com.docker.network.bridge.name': 'taken0' },
      });
      const clash = await runWith(
        env(),
        engine.host,
        ...ensure('-o', 'com.docker.network.bridge.name=taken0'),
      );
      expect(clash.exitCode).to.equal(1);
      expect(clash.stdout).to.include('The old network is back, with its members as they were');
      expect(await settingsOf(engine, names)).to.deep.equal(before);
      expect(await journals()).to.deep.equal([]);
      await startAll(engine, names);
    });
  }

  for (const release of releases) {
    it(`is rid of what is left of a container that is no more by --force only, on Engine ${release}`, async () => {
      await using engine = await startEngine({ release });
      const names = await crowd(engine, 5);
      await runContainer(engine, { name: 'old-app', network: 'shared' });
      await removeUnnoticed(engine, 'old-app');
      expect(await endpointsOf(engine, 'shared')).to.include('ghost old-app');
      const before = await settingsOf(engine, names);

      const refused = await runWith(env(), engine.host, ...ensure('--internal'));
      expect(refused.exitCode).to.equal(3);
      expect(refused.stdout).to.include(
        'an endpoint of old-app, a container that is no more, is left on it: removing it along takes --force',
      );
      expect(await endpointsOf(engine, 'shared')).to.include('ghost old-app');
      expect(await settingsOf(engine, names)).to.deep.equal(before);

      // The engine would take the name for the container that has it now.
      await createContainer(engine, { name: 'old-app' });
      const taken = await runWith(env(), engine.host, ...ensure('--internal', '--force'));
      expect(taken.exitCode).to.equal(3);
      expect(taken.stdout).to.include('the engine takes the name for container old-app');
      await engine.api('DELETE', '/containers/old-app');

      const forced = await runWith(env(), engine.host, ...ensure('--internal', '--force'));
      expect(forced).to.deep.include({ exitCode: 0 });
      expect(forced.stderr).to.include('an endpoint of old-app, a container that is no more, is left on it');
      expect((await endpointsOf(engine, 'shared')).filter(name => name.startsWith('ghost'))).to.deep.equal(
        [],
      );
      expect(await settingsOf(engine, names)).to.deep.equal(before);
      expect(await journals()).to.deep.equal([]);
      await startAll(engine, names);
    });

    it(`is recreated without what engines forget of a MAC address by --force only, on Engine ${release}`, async () => {
      await using engine = await startEngine({ release });
      const names = await crowd(engine, 3);
      const mac = '02:42:ac:99:00:01';
      await runWithMac(engine, 'printer', 'shared', mac);
      await runWithMac(engine, 'visitor', 'bridge', mac);
      await engine.api('POST', '/networks/shared/connect', { Container: 'visitor' });
      const macOf = async (name: string, network: string): Promise<string | undefined> => {
        const { NetworkSettings } = await engine.api<{
          NetworkSettings: { Networks: Record<string, { MacAddress: string }> };
        }>('GET', `/containers/${name}/json`);
        return NetworkSettings.Networks[network]?.MacAddress;
      };
      const before = await settingsOf(engine, names);
      const asked = `printer asked for the MAC address ${mac}`;

      const plain = await runWith(env(), engine.host, ...ensure('--internal'));
      if (release === '20.10') {
        // It keeps the address with the container, and gives it back.
        expect(plain).to.deep.include({ exitCode: 0 });
        expect(await macOf('printer', 'shared')).to.equal(mac);
        return;
      }
      expect(plain.exitCode).to.equal(3);
      expect(plain.stdout).to.include(asked).and.not.to.include('visitor asked');
      expect(await macOf('printer', 'shared')).to.equal(mac);

      const forced = await runWith(env(), engine.host, ...ensure('--internal', '--force'));
      expect(forced).to.deep.include({ exitCode: 0 });
      expect(forced.stderr).to.include(asked);
      // What was said before is what happened, and to nobody else.
      expect(await macOf('printer', 'shared')).not.to.equal(mac);
      expect(await macOf('visitor', 'bridge')).to.equal(mac);
      expect(await settingsOf(engine, names)).to.deep.equal(before);
      // It has nothing more to lose.
      expect(await runWith(env(), engine.host, ...ensure('--no-internal'))).to.deep.include({ exitCode: 0 });
    });
  }

  it('is recreated by one of three runs at once, and the others keep away', async () => {
    await using engine = await startEngine({ release: '28.5' });
    const names = await crowd(engine, 6);
    const before = await settingsOf(engine, names);
    const runs = await Promise.all(
      Array.from({ length: 3 }, () => runWith(env(), engine.host, ...ensure('--internal'))),
    );
    expect(runs.filter(({ exitCode }) => exitCode === 0)).to.have.length.of.at.least(1);
    for (const { exitCode, stdout, stderr } of runs.filter(run => run.exitCode !== 0)) {
      expect(exitCode).to.equal(1);
      expect(stdout + stderr).to.match(/[Aa]nother run is recreating/);
    }
    expect(await settingsOf(engine, names)).to.deep.equal(before);
    expect(await journals()).to.deep.equal([]);
    const after = await runWith(env(), engine.host, ...ensure('--internal'));
    expect(after.stdout).to.match(/1 unchanged$/);
  });

  it('is finished before a run ends that Ctrl-C reaches at any change, and what comes after it is left out', async () => {
    await using engine = await startEngine({ release: '28.5' });
    const names = await crowd(engine, 4);
    const before = await settingsOf(engine, names);
    let hook: (change: number) => void = () => undefined;
    const proxy = await countingProxy(engine.socketPath, { after: change => hook(change) });
    const total = 2 * names.length + 2;
    try {
      for (let at = 1; at <= total; at += 1) {
        const internal = at % 2 === 1;
        const said = `on ${String(at)} of ${String(total)}`;
        const next = `after${String(at)}`;
        const args = [
          'network',
          'ensure',
          'shared',
          next,
          '--recreate',
          internal ? '--internal' : '--no-internal',
        ];
        proxy.reset();
        const child = spawn(process.execPath, [program, ...args], {
          env: { ...env(), DOCKER_HOST: proxy.host, HOME: '/nonexistent' },
          stdio: 'ignore',
        });
        hook = change => {
          if (change === at) child.kill('SIGINT');
        };
        expect(await once(child, 'exit'), said).to.deep.equal([130, null]);
        hook = () => undefined;
        expect(await settingsOf(engine, names), said).to.deep.equal(before);
        const networks = await engine.api<{ Name: string; Internal: boolean }[]>('GET', '/networks');
        expect(networks.find(({ Name }) => Name === 'shared')?.Internal, said).to.equal(internal);
        expect(await journals(), said).to.deep.equal([]);
        expect(
          networks.map(({ Name }) => Name),
          said,
        ).not.to.include(next);
        const resumed = await runWith(env(), proxy.host, ...args);
        expect(resumed, said).to.deep.include({ exitCode: 0 });
        expect(resumed.stdout, said).to.include('1 created');
      }
    } finally {
      await proxy.close();
    }
  });

  it('is finished by the next run where a second Ctrl-C ends the first one at once', async () => {
    await using engine = await startEngine({ release: '28.5' });
    const names = await crowd(engine, 4);
    const before = await settingsOf(engine, names);
    let kill: () => void = () => undefined;
    const proxy = await countingProxy(engine.socketPath, {
      before: change => {
        if (change === names.length + 2) kill();
      },
    });
    try {
      const child = spawn(process.execPath, [program, ...ensure('--internal')], {
        env: { ...env(), DOCKER_HOST: proxy.host, HOME: '/nonexistent' },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      // The network is removed and about to be made: once it has said that it ends the step, it is told again.
      kill = () => {
        child.kill('SIGINT');
        child.stderr.on('data', () => child.kill('SIGINT'));
      };
      const [code] = (await once(child, 'exit')) as [number | null];
      expect(code).to.equal(130);
      expect(await journals()).to.have.length(1);
      kill = () => undefined;
      expect(await runWith(env(), engine.host, ...ensure('--internal'))).to.deep.include({ exitCode: 0 });
      expect(await settingsOf(engine, names)).to.deep.equal(before);
      expect(await journals()).to.deep.equal([]);
    } finally {
      await proxy.close();
    }
  });

  it('is finished by the next run, whichever change the first one is killed at', async () => {
    await using engine = await startEngine({ release: '28.5' });
    const names = await crowd(engine, 5);
    const before = await settingsOf(engine, names);
    let internal = false;
    let kill: (change: number, when: 'before' | 'after') => void = () => undefined;
    const proxy = await countingProxy(engine.socketPath, {
      before: change => kill(change, 'before'),
      after: change => kill(change, 'after'),
    });
    try {
      const toggle = (): string[] => {
        internal = !internal;
        return ensure(internal ? '--internal' : '--no-internal');
      };
      expect(await runWith(env(), proxy.host, ...toggle())).to.deep.include({ exitCode: 0 });
      const total = proxy.changes;
      expect(total).to.equal(2 * names.length + 2);

      for (let at = 1; at <= total; at += 1) {
        const moment = at % 2 === 0 ? 'before' : 'after';
        const args = toggle();
        proxy.reset();
        const child = spawn(process.execPath, [program, ...args], {
          env: { ...env(), DOCKER_HOST: proxy.host, HOME: '/nonexistent' },
          stdio: 'ignore',
        });
        kill = (change, when) => {
          if (change === at && when === moment) child.kill('SIGKILL');
        };
        const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
        expect(signal, `killed ${moment} change ${String(at)}`).to.equal('SIGKILL');
        kill = () => undefined;
        const finished = await runWith(env(), proxy.host, ...args);
        expect(finished, `killed ${moment} change ${String(at)}`).to.deep.include({ exitCode: 0 });
        expect(await settingsOf(engine, names), `killed ${moment} change ${String(at)}`).to.deep.equal(
          before,
        );
        const { Internal } = await engine.api<{ Internal: boolean }>('GET', '/networks/shared');
        expect(Internal).to.equal(internal);
        expect(await journals()).to.deep.equal([]);
      }
      await startAll(engine, names);
    } finally {
      await proxy.close();
    }
  });
});
