import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { runContainer } from '../engine/containers.js';
import { createNetwork } from '../engine/networks.js';
import { type SystemdHost, bootSystemd } from '../engine/systemd-host.js';
import { waitUntil } from '../engine/wait-until.js';
import { firewallTools } from './firewall-tools.js';
import { hostState } from './outside/namespace-state.js';
import { startOutside } from './outside/outside.js';
import { startTarget } from './outside/targets.js';
import { WarpScene } from './outside/warp-scene.js';
import { networksOf } from './scene.js';

/** CAP_NET_ADMIN, CAP_SYS_PTRACE and CAP_SYS_ADMIN, as /proc/PID/status writes a set. */
const threeCapabilities = (2n ** 12n + 2n ** 19n + 2n ** 21n).toString(16).padStart(16, '0');

/** The unit as it is, but for its patience: the loop gives a sign every five seconds, which is half of this. */
const impatient = '[Service]\nWatchdogSec=9900ms\nRestartSec=1\n';

const tier = (network: string): string =>
  `networks: { ${network}: {} }\nattachments: [{ select: { labels: [tier] }, networks: [${network}] }]\n`;

interface JournalLine {
  readonly MESSAGE: string;
  readonly PRIORITY: string;
}

describe('fairlead.service under systemd 252 as the first process, on Engine 28.5', () => {
  const unit = 'fairlead.service';
  let host: SystemdHost;
  let scene: WarpScene;

  before(async () => {
    host = await bootSystemd();
    scene = new WarpScene(host.engine, await startOutside(host.engine), await firewallTools());
    const dropIns = host.path(`/etc/systemd/system/${unit}.d`);
    await mkdir(dropIns);
    await writeFile(join(dropIns, 'impatient.conf'), impatient);
    await host.systemctl('daemon-reload');
  });
  after(() => scene[Symbol.asyncDispose]());

  async function configure(text: string): Promise<void> {
    const file = host.path('/etc/fairlead/fairlead.yaml');
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  }

  async function journal(): Promise<JournalLine[]> {
    const lines = await host.run('journalctl', '--boot', '--unit', unit, '--output', 'json');
    return lines.split('\n').map(line => JSON.parse(line) as JournalLine);
  }

  const told = async (pattern: RegExp): Promise<JournalLine[]> =>
    (await journal()).filter(({ MESSAGE }) => pattern.test(MESSAGE));

  const property = (name: string): Promise<string> => host.property(unit, name);

  async function until(what: string, condition: () => Promise<boolean>, timeoutMs?: number): Promise<void> {
    try {
      await waitUntil(what, condition, timeoutMs);
    } catch (error) {
      const said = await host.run('journalctl', '--unit', unit, '--lines', '30', '--no-pager');
      throw new Error(`${what}\n${said}`, { cause: error });
    }
  }

  const isAgain = (mainPid: string): Promise<void> =>
    until(
      'it runs again',
      async () =>
        (await property('ActiveState')) === 'active' && !['0', mainPid].includes(await property('MainPID')),
      30_000,
    );

  it('is active once the first pass went through, and says how it goes', async () => {
    await configure(tier('one'));
    await host.systemctl('start', unit);
    expect(await property('ActiveState')).to.equal('active');
    expect(await host.engine.docker('network', 'inspect', '--format', '{{.Name}}', 'one')).to.equal('one');
    await until('it says what it did', async () => (await told(/^create one: .*\(start\)$/)).length === 1);
    await until('it says how it goes', async () =>
      /^Watching: \d+ as declared$/.test(await property('StatusText')),
    );
  });

  it('routes, guards and sets up NAT with three capabilities and no more, in a file system it cannot write to', async () => {
    await scene.networks();
    await scene.gateway('vpn', { nat: false });
    await configure('networks: { work: { external: true, egress: warp } }\nwarp: { nat: true }\n');
    await host.systemctl('reload', unit);
    await until('the guard is in force', async () =>
      (await hostState(host.engine)).nft.includes('inet fairlead'),
    );
    // Told of by an event.
    const label = { 'fairlead.warp': 'vpn' };
    await startTarget(host.engine, { name: 'app', network: 'work', labels: label });
    await until('app goes by vpn', async () => (await scene.wayOf('app', ['vpn'])) === 'vpn');
    await runContainer(host.engine, { name: 'stranger', network: 'work' });
    expect(await scene.wayOf('stranger', ['vpn'])).to.equal('Connection timed out');

    const process = `/proc/${await property('MainPID')}`;
    const status = await readFile(host.path(`${process}/status`), 'utf8');
    for (const set of ['CapPrm', 'CapEff', 'CapBnd']) {
      expect(status, set).to.match(new RegExp(`^${set}:\\t${threeCapabilities}$`, 'm'));
    }
    expect(status)
      .to.match(/^NoNewPrivs:\t1$/m)
      .and.to.match(/^Seccomp:\t2$/m);
    const mounts = await readFile(host.path(`${process}/mountinfo`), 'utf8');
    const writable = [...mounts.matchAll(/^\S+ \S+ \S+ \S+ (\/(?:usr|etc|var\S*|boot|)) rw/gm)].map(
      ([, at]) => at,
    );
    expect(writable).to.deep.equal(['/var/lib/fairlead', '/var/tmp']);
  });

  it('reads its config again when it is told to, and goes on with the old one when the new one is wrong', async () => {
    const mainPid = await property('MainPID');
    await createNetwork(host.engine, { name: 'other' });
    await runContainer(host.engine, { name: 'api', network: 'other', labels: { tier: 'x' } });
    const isOn = (network: string): Promise<void> =>
      until(`api is on ${network}`, async () => (await networksOf(host.engine, 'api')).includes(network));
    await configure(tier('two'));
    await host.systemctl('reload', unit);
    await isOn('two');

    const refusals = (): Promise<JournalLine[]> => told(/the old one stays in force/);
    await configure('networks: { three: { driver: [] } }\n');
    await until('it is refused', async () => (await refusals()).length === 1);
    await host.systemctl('reload', unit);
    await until('it is refused again', async () => (await refusals()).length === 2);
    expect((await refusals()).map(({ PRIORITY }) => PRIORITY)).to.deep.equal(['3', '3']);
    expect(await property('ActiveState')).to.equal('active');
    expect(await property('MainPID')).to.equal(mainPid);
    await host.engine.docker('network', 'disconnect', 'two', 'api');
    await isOn('two');
    const joins = (): Promise<JournalLine[]> => told(/^connect api → two/);
    await until('it says that it did', async () => (await joins()).length === 2);
    expect((await joins()).map(({ PRIORITY }) => PRIORITY)).to.deep.equal(['6', '6']);
  });

  it('is ended by the watchdog when it hangs, and not before, and starts again', async () => {
    await configure(tier('two'));
    const started = Number(await property('ExecMainStartTimestampMonotonic'));
    await until('it runs for longer than the watchdog waits', async () => {
      const uptime = Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]);
      return uptime * 1e6 - started > 11e6;
    });
    expect(await property('NRestarts')).to.equal('0');
    const mainPid = await property('MainPID');
    await host.systemctl('kill', '--kill-whom', 'main', '--signal', 'SIGSTOP', unit);
    await isAgain(mainPid);
    await until(
      'systemd says why',
      async () => (await told(/: Watchdog timeout \(limit 9\.9\d*s\)!$/)).length === 1,
    );
    expect(await property('NRestarts')).to.equal('1');
  });

  it('starts again when it is killed', async () => {
    const mainPid = await property('MainPID');
    await host.systemctl('kill', '--kill-whom', 'main', '--signal', 'SIGKILL', unit);
    await isAgain(mainPid);
    expect(await property('NRestarts')).to.equal('2');
  });

  it('ends well when it is stopped, and leaves in place what it made', async () => {
    const before = Date.now();
    await host.systemctl('stop', unit);
    expect(Date.now() - before).to.be.below(10_000);
    expect(await property('ActiveState')).to.equal('inactive');
    expect(await property('Result')).to.equal('success');
    expect(await property('ExecMainStatus')).to.equal('0');
    expect(await networksOf(host.engine, 'api')).to.include('two');
  });

  it('is not started again with a config that is wrong', async () => {
    await configure('nonsense: 1\n');
    const started = await host.systemctl('start', unit).then(
      () => 'started',
      () => 'failed',
    );
    expect(started).to.equal('failed');
    expect(await property('SubState')).to.equal('failed');
    expect(await property('ExecMainStatus')).to.equal('2');
    expect(await property('NRestarts')).to.equal('0');
  });
});
