import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { type SystemdHost, bootSystemd } from '../engine/systemd-host.js';
import { waitUntil as waitFor } from '../engine/wait-until.js';
import { firewallTools } from './firewall-tools.js';
import { outsideAddress, startOutside } from './outside/outside.js';
import { startSender } from './outside/sender.js';
import { startTarget } from './outside/targets.js';
import { WarpScene } from './outside/warp-scene.js';

const sink = outsideAddress(77);
const guardFile = '/var/lib/fairlead/guard.json';
const always = { RestartPolicy: { Name: 'always' } };
const label = { 'fairlead.warp': 'vpn' };

/** A boot, containers that come back, and a pass may all be part of it. */
function waitUntil(what: string, condition: () => Promise<boolean>): Promise<void> {
  return waitFor(what, condition, 30_000);
}

describe('The guard after a power cut, under systemd 252 and Engine 28.5', () => {
  let host: SystemdHost;
  let scene: WarpScene;

  before(async () => {
    host = await bootSystemd();
    scene = new WarpScene(host.engine, await startOutside(host.engine), await firewallTools());
    await scene.networks();
    await scene.gateway('vpn', { hostConfig: always });
    await writeFile(
      host.path('/etc/fairlead/fairlead.yaml'),
      'networks: { work: { external: true, egress: warp } }\n',
    );
  });
  after(() => scene[Symbol.asyncDispose]());

  const ways = (): ReturnType<WarpScene['outside']['ways']> => scene.outside.ways({ destination: sink });

  const doctor = (): Promise<string> => host.run('sh', '-c', 'fairlead doctor || true');

  /** Packets that the guard has dropped. */
  const heldBack = async (): Promise<number> => {
    const listing = await host.engine.exec('nft', ['list', 'ruleset']);
    const dropped = /from-br-\w+ \{[^}]*counter packets (\d+)/.exec(listing);
    return Number(dropped?.[1] ?? 0);
  };

  it('was in force, and is written down for nobody but root', async () => {
    await host.systemctl('start', 'fairlead');
    await startSender(host.engine, {
      name: 'sender',
      network: 'work',
      labels: label,
      to: sink,
      hostConfig: always,
    });
    await waitUntil('it sends through its warp', async () => (await ways()).warp > 10);
    expect((await ways()).direct).to.equal(0);
    const { mode, uid } = await stat(host.path(guardFile));
    expect({ mode: mode & 0o777, uid }).to.deep.equal({ mode: 0o600, uid: 0 });
    expect(await doctor()).to.include('fairlead-guard.service is not enabled');
    expect(await readFile(host.path(guardFile), 'utf8')).to.match(/^\{"nftables":\[.*"from-br-\w+".*\]\}\n$/);
  });

  it('is gone without its unit: what starts by itself sends past its warp', async () => {
    await host.cutPower(() => scene.outside.forget());
    await waitUntil('packets come past the warp', async () => (await ways()).direct > 10);
  });

  it('holds all of it back from the boot on where its unit is enabled, until the first pass', async () => {
    await host.systemctl('start', 'fairlead');
    await waitUntil('it sends through its warp', async () => (await ways()).warp > 0);
    await host.systemctl('enable', 'fairlead-guard');
    await host.cutPower(() => scene.outside.forget());
    expect(await host.property('fairlead-guard', 'ActiveState')).to.equal('active');
    await waitUntil('what it sends is held back', async () => (await heldBack()) > 200);
    expect(await ways()).to.deep.equal({ direct: 0, warp: 0 });
    expect(await scene.wayOf('vpn', ['vpn'])).to.equal('vpn');

    await host.systemctl('start', 'fairlead');
    await waitUntil('it sends through its warp', async () => (await ways()).warp > 10);
    expect((await ways()).direct).to.equal(0);
    // In its place is what Fairlead would have made, and would make again.
    const isSettled = (): Promise<boolean> =>
      host.run('fairlead', 'plan', '--exit-code').then(
        plan => plan.includes('guarded'),
        () => false,
      );
    await waitUntil('nothing is left to be done', isSettled);
    expect((await ways()).direct).to.equal(0);
  });

  it('is not put in the place of one in force, and is left when its unit is stopped', async () => {
    await startTarget(host.engine, { name: 'app', network: 'work', labels: label });
    await waitUntil('app goes by vpn', async () => (await scene.wayOf('app', ['vpn'])) === 'vpn');
    expect(await doctor()).not.to.include('after a reboot');
    await rm(host.path(guardFile));
    const fix = /The next pass writes it: (.*)/.exec(await doctor())?.[1] ?? 'false';
    await host.run('sh', '-c', fix);
    expect((await stat(host.path(guardFile))).isFile()).to.equal(true);
    // As after a run that was killed between the guard and its file.
    await rm(host.path(guardFile));
    await host.systemctl('restart', 'fairlead');
    expect((await stat(host.path(guardFile))).isFile()).to.equal(true);

    const before = await host.engine.exec('nft', ['--stateless', 'list', 'table', 'inet', 'fairlead']);
    await host.systemctl('restart', 'fairlead-guard');
    expect(await host.property('fairlead-guard', 'ActiveState')).to.equal('inactive');
    expect(await host.property('fairlead-guard', 'Result')).to.equal('exec-condition');
    const after = await host.engine.exec('nft', ['--stateless', 'list', 'table', 'inet', 'fairlead']);
    expect(after).to.equal(before);
  });

  it('is written down no more once it is taken away', async () => {
    await host.systemctl('stop', 'fairlead');
    expect(await host.run('fairlead', 'warp', 'unroute', '--guard')).to.include('guard');
    expect(
      await stat(host.path(guardFile)).then(
        () => 'there',
        () => 'gone',
      ),
    ).to.equal('gone');
    await host.cutPower();
    expect(await host.property('fairlead-guard', 'ConditionResult')).to.equal('no');
    expect(await host.property('docker', 'ActiveState')).to.equal('active');
  });
});
