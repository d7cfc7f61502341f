import { expect } from 'chai';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runContainer } from '../engine/containers.js';
import { oldestAndNewest } from '../engine/releases.js';
import { type Ran } from './fairlead.js';
import { createBridge } from './outside/gateways.js';
import { containerState, hostState } from './outside/namespace-state.js';
import { hostAddresses, outsideAddress } from './outside/outside.js';
import { startTarget } from './outside/targets.js';
import { type WarpScene, startWarpScene } from './outside/warp-scene.js';

for (const release of oldestAndNewest) {
  describe(`What fairlead warp route refuses on Engine ${release}`, () => {
    let scene: WarpScene;

    before(async () => {
      scene = await startWarpScene(release);
      await scene.networks();
      await scene.gateway('vpn');
      await startTarget(scene.engine, { name: 'app', network: 'work' });
    });
    after(() => scene[Symbol.asyncDispose]());

    /** Runs it, and makes sure that nothing has changed in the target or on the host. */
    async function refused(container: string, ...args: string[]): Promise<Ran> {
      const before = [await containerState(scene.engine, container), await hostState(scene.engine)];
      const ran = await scene.fairlead('warp', 'route', ...args);
      expect(ran.exitCode, ran.stdout + ran.stderr).to.be.oneOf([1, 2]);
      expect([await containerState(scene.engine, container), await hostState(scene.engine)]).to.deep.equal(
        before,
      );
      return ran;
    }

    const text = ({ stdout, stderr }: Ran): string => `${stdout}\n${stderr}`;

    it('the host’s own namespace', async () => {
      await runContainer(scene.engine, {
        name: 'hosted',
        network: 'host',
        labels: { 'fairlead.warp': 'vpn' },
      });
      expect(text(await refused('app'))).to.match(/refused\s+hosted/);
      expect(text(await refused('app', 'hosted', '--via', 'vpn'))).to.match(/refused\s+hosted/);
      await scene.engine.docker('rm', '--force', 'hosted');
    });

    it('no shared network and several, naming them', async () => {
      const { engine } = scene;
      await createBridge(engine, { name: 'work2' });
      await createBridge(engine, { name: 'lonely' });
      await startTarget(engine, { name: 'both', network: 'work', furtherNetworks: ['work2'] });
      await startTarget(engine, { name: 'alone', network: 'lonely' });
      await engine.docker('network', 'connect', 'work2', 'vpn');
      expect(text(await refused('both', 'both', '--via', 'vpn'))).to.include(
        'shares several networks with its warp vpn: work, work2',
      );
      expect(text(await refused('alone', 'alone', '--via', 'vpn'))).to.include(
        'alone is on lonely; vpn is on egress, work, work2',
      );
      const chosen = await scene.fairlead('warp', 'route', 'both', '--via', 'vpn', '--network', 'work2');
      expect(chosen.exitCode).to.equal(0);
      expect(await scene.wayOf('both', ['vpn'])).to.equal('vpn');
      await engine.docker('rm', '--force', 'both', 'alone');
      await engine.docker('network', 'disconnect', 'work2', 'vpn');
    });

    it('a container as its own warp, and a circle of two', async () => {
      expect(text(await refused('vpn', 'vpn', '--via', 'vpn'))).to.include('is its own warp');
      const { engine } = scene;
      await startTarget(engine, { name: 'ring1', network: 'work', labels: { 'fairlead.warp': 'ring2' } });
      await startTarget(engine, { name: 'ring2', network: 'work', labels: { 'fairlead.warp': 'ring1' } });
      const ran = await scene.fairlead('warp', 'route', 'ring1');
      expect(ran.exitCode).to.equal(1);
      expect(text(ran)).to.include('would be routed in a circle: ring1 → ring2 → ring1');
      // It is declared, and must not go past its warp for a fault in how that is said.
      expect(await scene.wayOf('ring1', [])).to.equal('No route to host');
      expect(await scene.wayOf('ring2', [])).to.equal('direct');
      await engine.docker('rm', '--force', 'ring1', 'ring2');
    });

    it('a rule that would cut the target off from its neighbours or its warp', async () => {
      for (const to of ['172.30.0.0/24', '172.30.0.128/25', '172.30.0.2/32'])
        expect(text(await refused('app', 'app', '--via', 'vpn', '--to', to))).to.match(
          /is the subnet of|is inside|is the address of the warp itself/,
        );
    });

    it('a network on which no packet reaches another container', async () => {
      const { engine } = scene;
      await createBridge(engine, {
        name: 'mute',
        options: { 'com.docker.network.bridge.enable_icc': 'false' },
      });
      await startTarget(engine, { name: 'muted', network: 'mute' });
      await engine.docker('network', 'connect', 'mute', 'vpn');
      expect(text(await refused('muted', 'muted', '--via', 'vpn'))).to.include('enable_icc off');
      await engine.docker('rm', '--force', 'muted');
      await engine.docker('network', 'disconnect', 'mute', 'vpn');
    });

    it('labels and flags that are no names, addresses or ports, and executes nothing of them', async () => {
      const { engine } = scene;
      const folder = await mkdtemp(join(tmpdir(), 'fairlead-hostile-'));
      const touched = (by: string): string => join(folder, by);
      const hostile = [
        `$(touch ${touched('substituted')})`,
        'vpn\nrule flush',
        '--help',
        `; touch ${touched('label')}; #`,
        'vpn vpn',
        '',
        '../vpn',
        '\u001b[2J',
      ];
      for (const [i, value] of hostile.entries())
        await startTarget(engine, {
          name: `hostile${String(i)}`,
          network: 'work',
          labels: { 'fairlead.warp': value },
        });
      const ran = await refused('hostile1');
      for (const i of hostile.keys())
        expect(
          ran.stdout.match(new RegExp(`^x refused +hostile${String(i)} `, 'gm')),
          ran.stdout,
        ).to.have.length(1);
      expect(ran.stdout)
        .not.to.include('\u001b[2J')
        .and.not.to.match(/^rule flush/m);
      for (const to of [
        `$(touch ${touched('flag')})`,
        '198.19.0.0/16\nroute del default',
        '198.19.0.0/16 tcp 0',
        '198.19.0.1/16',
        `198.19.0.0/16 tcp 80;touch ${touched('port')}`,
        '--',
        '',
      ])
        expect((await refused('app', 'app', '--via', 'vpn', `--to=${to}`)).exitCode).to.equal(2);
      // What would have been executed would have left something.
      expect(await readdir(folder)).to.deep.equal([]);
      await rm(folder, { recursive: true });
      for (const i of hostile.keys()) await engine.docker('rm', '--force', `hostile${String(i)}`);
    });

    it('an engine that is on another host, for a local process has the same PID', async () => {
      const before = await containerState(scene.engine, 'app');
      const ran = await scene.fairlead('--version');
      expect(ran.exitCode).to.equal(0);
      const { dir } = scene.engine;
      // The engine by TCP at an address of this host that is none of the loopback's.
      const relay = scene.engine.spawn(
        process.execPath,
        [
          '-e',
          `const { connect, createServer } = require('node:net');
         createServer(client => { const engine = connect('${dir}/docker.sock'); client.pipe(engine).pipe(client);
           client.on('error', () => engine.destroy()); engine.on('error', () => client.destroy()); })
           .listen(2375, '${hostAddresses.ipv4}', () => console.log('ready'));`,
        ],
        { env: { NODE_OPTIONS: '' }, stdio: ['ignore', 'pipe', 'inherit'] },
      );
      await new Promise(resolve => relay.stdout?.once('data', resolve));
      try {
        const remote = await scene.fairlead(
          'warp',
          'route',
          'app',
          '--via',
          'vpn',
          '--host',
          `tcp://${hostAddresses.ipv4}:2375`,
        );
        expect(remote.exitCode).to.equal(1);
        expect(text(remote)).to.include('is on another host');
      } finally {
        relay.kill('SIGKILL');
      }
      expect(await containerState(scene.engine, 'app')).to.deep.equal(before);
    });

    it('to work without the rights for it, in one message that names them, and plans all the same', async () => {
      const { engine } = scene;
      const drop = [
        'setpriv',
        '--bounding-set',
        '-all,+net_admin,+dac_override',
        '--inh-caps',
        '-all,+net_admin,+dac_override',
      ];
      const weak = (...args: string[]): Promise<Ran> => scene.fairleadBy(drop, ...args);
      const before = await containerState(engine, 'app');
      const ran = await weak('warp', 'route', 'app', '--via', 'vpn');
      expect(ran.exitCode, text(ran)).to.equal(5);
      expect(ran.stderr.match(/CAP_SYS_ADMIN/g), text(ran)).not.to.equal(null);
      expect(ran.stderr.match(/^Error: /gm)).to.have.length(1);
      expect(await containerState(engine, 'app')).to.deep.equal(before);
      const config = await scene.config('warp:\n  routes:\n    - target: { names: [app] }\n      via: vpn\n');
      const plan = await weak('plan', ...config);
      expect(plan.exitCode, text(plan)).to.equal(0);
      expect(plan.stdout).to.match(/^~ route +app → vpn on work/m);
      expect(plan.stderr).to.include('the routing in place of app could not be read');
      expect(await scene.wayOf('app', ['vpn'], outsideAddress(1))).to.equal('direct');
    });

    it('to take names for a warp that only resemble the pattern', async () => {
      for (const name of ['warp-1', 'warped', 'my-warp-1'])
        await startTarget(scene.engine, { name, network: 'work' });
      const { stdout } = await scene.fairlead('warp', 'list');
      expect(stdout)
        .to.match(/^ +warp-1 /m)
        .and.not.to.match(/warped|my-warp-1/);
      for (const name of ['warp-1', 'warped', 'my-warp-1']) await scene.engine.docker('rm', '--force', name);
    });
  });
}
