import { expect } from 'chai';
import { execInContainer } from '../engine/container-commands.js';
import { releases } from '../engine/releases.js';
import { waitUntil } from '../engine/wait-until.js';
import { webApp } from '../engine/web-app.js';
import { type Ran, stepsOf } from './fairlead.js';
import { createBridge } from './outside/gateways.js';
import { containerState, hostState, inNamespace, pidOf } from './outside/namespace-state.js';
import { hostAddresses, nameServer, outsideAddress, outsideAddress6 } from './outside/outside.js';
import { addressOn, pings, seenAs, sendDatagram } from './outside/probes.js';
import { startTarget } from './outside/targets.js';
import { type WarpScene, startWarpScene } from './outside/warp-scene.js';

const closed = 'No route to host';

/** As an engine has it in a container without systempaths=unconfined. */
const asInContainer = [
  ...['unshare', '--mount', 'sh', '-ec'],
  'mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys; exec "$0" "$@"',
];

const countingForwarded = `
add table inet count
add counter inet count forwarded
add chain inet count passing { type filter hook forward priority 0; }
add rule inet count passing icmp type echo-request counter name forwarded
`;

for (const release of releases) {
  describe(`fairlead warp route on Engine ${release}`, () => {
    let scene: WarpScene;

    before(async () => {
      scene = await startWarpScene(release);
    });
    afterEach(() => scene.reset());
    after(() => scene[Symbol.asyncDispose]());

    /** A target on the network that it shares with the warp `vpn`. */
    async function target(
      name: string,
      spec: Partial<Parameters<typeof startTarget>[1]> = {},
    ): Promise<void> {
      await startTarget(scene.engine, { name, network: 'work', ...spec });
    }

    async function routed(...args: string[]): Promise<string[]> {
      const ran = await scene.fairlead('warp', 'route', ...args);
      expect(ran.exitCode, ran.stdout + ran.stderr).to.equal(0);
      return stepsOf(ran);
    }

    it('routes all egress, says so, does it once, and leaves no trace behind when undone', async () => {
      await scene.networks();
      await scene.gateway('vpn');
      await target('app', { capAdd: ['NET_ADMIN'] });
      const { engine } = scene;
      // What others have there stays: also what is like ours.
      await inNamespace(engine, await pidOf(engine, 'app'), 'sh', [
        '-c',
        `ip rule add pref 9000 to 192.168.77.0/24 lookup 77 protocol 42
         ip route add unreachable default table 77 protocol 42
         ip -6 rule add pref 10001 to fd00:77::/64 lookup 77 protocol 42
         nft add table inet theirs`,
      ]);
      await engine.exec('sh', [
        '-c',
        'ip rule add pref 10000 to 192.168.78.0/24 lookup main; nft add table inet theirs',
      ]);
      const before = { app: await containerState(engine, 'app'), host: await hostState(engine) };

      expect(await routed('app', '--via', 'vpn')).to.deep.equal(['~ route app → vpn on work as asked']);
      expect(await scene.wayOf('app', ['vpn'])).to.equal('vpn');
      expect(await pings(engine, 'app', outsideAddress(2))).to.equal(true);
      expect(await scene.outside.ways()).to.deep.include({ direct: 0 });
      const after = await containerState(engine, 'app');
      expect((await scene.fairlead('warp', 'route', 'app', '--via', 'vpn')).stdout).to.equal(
        '= unchanged  app  routed as declared (as asked)\n1 unchanged',
      );
      expect(await containerState(engine, 'app')).to.deep.equal(after);
      expect(await hostState(engine)).to.deep.equal(before.host);
      expect((await scene.fairlead('warp', 'list')).stdout).to.match(/app\s+by hand\s+→ vpn/);

      expect((await scene.fairlead('warp', 'unroute', 'app')).exitCode).to.equal(0);
      expect({ app: await containerState(engine, 'app'), host: await hostState(engine) }).to.deep.equal(
        before,
      );
      expect(await scene.wayOf('app', ['vpn'])).to.equal('direct');
      await engine.exec('sh', ['-c', 'ip rule del pref 10000; nft delete table inet theirs']);
    });

    it('lets docker network connect and disconnect work on a routed target, closed where the warp is out of reach', async () => {
      await scene.networks();
      await scene.gateway('vpn');
      await target('app', { labels: { 'fairlead.warp': 'vpn' } });
      expect(await routed()).to.have.length(1);
      const { engine } = scene;
      await createBridge(engine, { name: 'aaa' });
      await engine.docker('network', 'connect', 'aaa', 'app');
      expect(await scene.wayOf('app', ['vpn'])).to.equal('vpn');
      await engine.docker('network', 'disconnect', 'work', 'app');
      expect(await scene.wayOf('app', ['vpn'])).to.equal(closed);
      // Without the shared network it is refused, and stays closed.
      const ran = await scene.fairlead('warp', 'route');
      expect(ran.exitCode).to.equal(1);
      expect(ran.stdout).to.include('shares no network with its warp vpn');
      expect(await scene.wayOf('app', ['vpn'])).to.equal(closed);
      await engine.docker('network', 'connect', 'work', 'app');
      await engine.docker('network', 'disconnect', 'aaa', 'app');
      await routed();
      expect(await scene.wayOf('app', ['vpn'])).to.equal('vpn');
      expect(await scene.outside.ways()).to.deep.include({ direct: 0 });
    });

    it('answers remote clients of a published port while its own egress goes through the warp', async () => {
      await scene.networks();
      await scene.gateway('vpn');
      const labels = { 'fairlead.warp': 'vpn' };
      await webApp(scene.engine, {
        name: 'site',
        network: 'work',
        text: 'hello',
        publish: ['8080:80'],
        labels,
      });
      await routed();
      expect(await scene.outside.fetch(`http://${hostAddresses.ipv4}:8080/`)).to.equal('hello');
      expect(await scene.wayOf('site', ['vpn'])).to.equal('vpn');
      const { stdout } = await execInContainer(scene.engine, 'site', ['nslookup', 'site', '127.0.0.11']);
      expect(stdout).to.include(await addressOn(scene.engine, 'site', 'work'));
      expect(await scene.outside.ways({ port: 80 })).to.deep.include({ direct: 0 });
    });

    it('answers remote clients of a published port while what the target sends itself is blocked', async () => {
      await scene.networks({ subnet6: 'fd00:172:30::/64' });
      await scene.gateway('vpn');
      const { engine, outside } = scene;
      await webApp(engine, { name: 'site', network: 'work', text: 'hello', publish: ['8080:80'] });
      await outside.ipv6Ready();
      const before = await containerState(engine, 'site');
      await routed('site', '--via', 'vpn');
      await engine.docker('kill', 'vpn');
      expect((await scene.fairlead('warp', 'route')).stdout).to.include('(blocked)');
      await outside.forget();
      const pages = [hostAddresses.ipv4, `[${hostAddresses.ipv6}]`].map(host => `http://${host}:8080/`);
      for (const page of pages) expect(await outside.fetch(page), page).to.equal('hello');
      const blocked = await containerState(engine, 'site');
      expect((await scene.fairlead('warp', 'route')).stdout).to.not.include('~');
      expect(await containerState(engine, 'site')).to.deep.equal(blocked);
      for (const to of [outsideAddress(1), outsideAddress6(1)])
        expect(await scene.wayOf('site', [], to)).to.equal(closed);
      // What the kernel was told for it is no way out for anything else.
      expect(await outside.arrivals({ port: 80 })).to.deep.equal([]);

      await inNamespace(engine, await pidOf(engine, 'site'), 'sysctl', [
        '-qw',
        'net.ipv4.tcp_fwmark_accept=0',
      ]);
      expect((await scene.fairlead('warp', 'route')).exitCode).to.equal(0);
      expect(await containerState(engine, 'site')).to.deep.equal(blocked);
      expect((await scene.fairlead('warp', 'unroute', 'site')).exitCode).to.equal(0);
      expect(await containerState(engine, 'site')).to.deep.equal(before);
    });

    it('routes a target with published ports where /proc/sys is read-only, and says what is missing', async () => {
      await scene.networks();
      await scene.gateway('vpn');
      const { engine, outside } = scene;
      await webApp(engine, { name: 'site', network: 'work', text: 'hello', publish: ['8080:80'] });
      const before = await containerState(engine, 'site');
      const confined = (...args: string[]): Promise<Ran> => scene.fairleadBy(asInContainer, 'warp', ...args);
      const ran = await confined('route', 'site', '--via', 'vpn');
      expect(ran.exitCode, ran.stdout + ran.stderr).to.equal(0);
      expect(ran.stderr).to.include('published TCP ports do not answer while the route is blocked');
      expect(await scene.wayOf('site', ['vpn'])).to.equal('vpn');
      expect(await outside.fetch(`http://${hostAddresses.ipv4}:8080/`)).to.equal('hello');
      const confinedState = await containerState(engine, 'site');
      expect((await confined('route')).stdout).to.not.include('~');
      expect(await containerState(engine, 'site')).to.deep.equal(confinedState);

      // Whoever can set the switch makes it complete; what was set so does not stand in the way of its end.
      expect((await scene.fairlead('warp', 'route')).stdout).to.include('~');
      expect(await containerState(engine, 'site')).to.not.deep.equal(confinedState);
      expect((await confined('route')).stdout).to.not.include('~');
      expect((await scene.fairlead('warp', 'unroute', 'site')).exitCode).to.equal(0);
      expect(await containerState(engine, 'site')).to.deep.equal(before);
      expect((await confined('route', 'site', '--via', 'vpn')).exitCode).to.equal(0);
      expect((await confined('unroute', 'site')).exitCode).to.equal(0);
      expect(await containerState(engine, 'site')).to.deep.equal(before);
    });

    it('sends IPv6 through a warp that has it, and nowhere where it has none', async () => {
      await scene.networks({ subnet6: 'fd00:172:30::/64' });
      await scene.gateway('vpn');
      await createBridge(scene.engine, { name: 'work4', subnet: '172.31.0.0/24' });
      await scene.gateway('vpn4', { networks: ['work4'] });
      await target('app', { furtherNetworks: ['work4'] });
      await scene.outside.ipv6Ready();
      const to = outsideAddress6(1);
      expect(await scene.wayOf('app', ['vpn'], to)).to.equal('direct');
      await routed('app', '--via', 'vpn');
      await scene.outside.forget();
      expect(await scene.wayOf('app', ['vpn'], to)).to.equal('vpn');
      await scene.fairlead('warp', 'unroute', 'app');
      const ran = await scene.fairlead('warp', 'route', 'app', '--via', 'vpn4');
      expect(ran.stderr).to.include(
        'what is sent by IPv6 is blocked: the warp vpn4 has no IPv6 address on work4',
      );
      expect(await scene.wayOf('app', ['vpn4'], to)).to.equal(closed);
      expect(await scene.wayOf('app', ['vpn4'])).to.equal('vpn4');
      expect(await scene.outside.ways()).to.deep.include({ direct: 0 });
    });

    it('routes by protocol and port, fragments with their first one, and leaves everything else direct', async () => {
      await scene.networks();
      await scene.gateway('vpn');
      await target('app');
      const { engine, outside } = scene;
      await routed(
        'app',
        '--via',
        'vpn',
        '--to',
        '198.19.0.0/16 tcp 443',
        '--to',
        '198.19.0.0/16 udp 9000-9010',
      );
      expect(await scene.wayOf('app', ['vpn'], outsideAddress(1), 443)).to.equal('vpn');
      expect(await scene.wayOf('app', ['vpn'], outsideAddress(1), 80)).to.equal('direct');
      await pings(engine, 'app', outsideAddress(4));
      expect(await outside.ways({ protocol: 'icmp' })).to.deep.equal({ direct: 1, warp: 0 });
      await sendDatagram(engine, 'app', { to: outsideAddress(5), port: 443 });
      await waitUntil(
        'the datagram arrives',
        async () => (await outside.ways({ protocol: 'udp' })).direct === 1,
      );
      await sendDatagram(engine, 'app', { to: outsideAddress(6), port: 9000, bytes: 4000 });
      await waitUntil('its pieces arrive', async () => {
        const { warp } = await outside.ways({ destination: outsideAddress(6) });
        return warp === 3;
      });
      expect(await outside.ways({ destination: outsideAddress(6) })).to.deep.equal({ direct: 0, warp: 3 });
    });

    it('leaves what overlaps with Docker’s own subnets on its direct way', async () => {
      await scene.networks();
      await scene.gateway('vpn');
      const { engine } = scene;
      await createBridge(engine, { name: 'shop', subnet: '172.29.0.0/24' });
      await webApp(engine, { name: 'site', network: 'shop', text: 'hello' });
      await target('app', { furtherNetworks: ['shop'] });
      await routed('app', '--via', 'vpn', '--to', '172.16.0.0/12', '--to', '198.19.0.0/24');
      expect(await seenAs(engine, 'app', await addressOn(engine, 'site', 'shop'))).to.equal('hello');
      expect(await scene.wayOf('app', ['vpn'])).to.equal('vpn');
      expect(await scene.wayOf('app', ['vpn'], outsideAddress(300))).to.equal('direct');
    });

    it('keeps to the warp although a warp with one network sends redirects', async () => {
      const { engine, outside } = scene;
      await createBridge(engine, {
        name: 'work',
        subnet: '198.18.1.0/24',
        options: {
          'com.docker.network.bridge.enable_ip_masquerade': 'false',
          'com.docker.network.bridge.gateway_mode_ipv4': 'nat-unprotected',
        },
      });
      const heeding = Object.fromEntries(
        ['all', 'default'].map(each => [`net.ipv4.conf.${each}.accept_redirects`, '1']),
      );
      await target('app', { hostConfig: { Sysctls: { 'net.ipv4.ip_forward': '0', ...heeding } } });
      const before = await containerState(engine, 'app');
      await scene.gateway('vpn', { egress: false, nat: false });
      const [app, vpn] = [await pidOf(engine, 'app'), await pidOf(engine, 'vpn')];
      await inNamespace(engine, vpn, 'nft', ['-f', '-'], countingForwarded);
      /** How many of so many pings went past the warp: all arrive with the same source. */
      const past = async (destination: string, pings: number): Promise<number> => {
        await inNamespace(engine, vpn, 'nft', ['reset', 'counter', 'inet', 'count', 'forwarded']);
        await outside.forget();
        const command = ['ping', '-q', '-c', String(pings), '-i', '0.01', destination];
        const { exitCode } = await execInContainer(engine, 'app', command);
        expect(exitCode).to.equal(0);
        const [{ packets } = { packets: 0 }] = await outside.arrivals({ destination });
        expect(packets).to.equal(pings);
        const listing = await inNamespace(engine, vpn, 'nft', [
          'list',
          'counter',
          'inet',
          'count',
          'forwarded',
        ]);
        return packets - Number(/packets (\d+)/.exec(listing)?.[1]);
      };

      const ran = await scene.fairlead('warp', 'route', 'app', '--via', 'vpn');
      expect(ran.exitCode).to.equal(0);
      expect(ran.stderr).to.not.include('redirects');
      const routing = await containerState(engine, 'app');
      // Without what is done about it they go past it, and go on to do so until what was heeded is forgotten.
      await inNamespace(engine, app, 'nft', ['flush', 'chain', 'inet', 'fairlead-replies', 'redirects']);
      expect(await past(outsideAddress(7), 100)).to.be.above(90);
      await routed('app', '--via', 'vpn');
      expect(await past(outsideAddress(7), 100)).to.equal(0);
      expect(await past(outsideAddress(8), 100)).to.equal(0);
      expect((await scene.fairlead('warp', 'route')).stdout).to.not.include('~');
      expect(await containerState(engine, 'app')).to.deep.equal(routing);

      expect((await scene.fairlead('warp', 'unroute', 'app')).exitCode).to.equal(0);
      expect(await containerState(engine, 'app')).to.deep.equal(before);
    });

    it('routes the new namespace of a restarted target, and the same ones to a warp at another address', async () => {
      await scene.networks();
      await scene.gateway('vpn', { address: '172.30.0.100' });
      const { engine } = scene;
      const apps = ['app1', 'app2', 'app3'];
      for (const app of apps) await target(app, { labels: { 'fairlead.warp': 'vpn' } });
      expect(await routed()).to.have.length(3);
      await engine.docker('restart', '--time', '0', 'app1');
      expect(await routed()).to.deep.include.members(['~ route app1 → vpn on work label fairlead.warp=vpn']);
      expect(await scene.wayOf('app1', ['vpn'])).to.equal('vpn');

      const before = await Promise.all(apps.map(async app => containerState(engine, app)));
      await scene.outside.forget();
      await engine.docker('restart', '--time', '0', 'vpn');
      await waitUntil('traffic flows again', async () => (await scene.wayOf('app1', ['vpn'])) === 'vpn');
      await routed();
      const rules = await Promise.all(apps.map(async app => (await containerState(engine, app)).rules));
      expect(rules).to.deep.equal(before.map(each => each.rules));

      const pids = await Promise.all(apps.map(app => pidOf(engine, app)));
      await engine.docker('rm', '--force', 'vpn');
      expect(await routed()).to.have.length(3);
      for (const app of apps) expect(await scene.wayOf(app, [])).to.equal(closed);
      await scene.gateway('vpn', { address: '172.30.0.101' });
      expect(await routed()).to.have.length(3);
      for (const app of apps) expect(await scene.wayOf(app, ['vpn'])).to.equal('vpn');
      expect(await Promise.all(apps.map(app => pidOf(engine, app)))).to.deep.equal(pids);
      expect(await scene.outside.ways()).to.deep.include({ direct: 0 });
    });

    it('goes through two warps in a row, and is closed with the second one', async () => {
      await scene.networks();
      const { engine } = scene;
      await createBridge(engine, { name: 'inner', subnet: '172.31.0.0/24' });
      await scene.gateway('vpn2');
      await scene.gateway('vpn1', {
        networks: ['inner', 'work'],
        labels: { 'fairlead.warp': 'vpn2', 'fairlead.warp.network': 'work' },
      });
      await target('app', {
        network: 'inner',
        labels: { 'fairlead.warp': 'vpn1', 'fairlead.warp.network': 'inner' },
      });
      await routed();
      expect(await scene.wayOf('app', ['vpn1', 'vpn2'])).to.equal('vpn2');
      expect(await scene.wayOf('vpn1', ['vpn1', 'vpn2'])).to.equal('vpn2');
      await scene.outside.forget();
      await engine.docker('kill', 'vpn2');
      await routed();
      expect(await scene.wayOf('vpn1', [])).to.equal(closed);
      expect(await scene.wayOf('app', [])).to.equal(closed);
      expect(await scene.outside.arrivals()).to.deep.equal([]);
    });

    it('has the names looked up through the warp where the target has a name server of its own', async () => {
      await scene.networks();
      await scene.gateway('vpn');
      await target('own', { hostConfig: { Dns: [nameServer.ipv4] } });
      await target('inherited');
      const ran = await scene.fairlead('warp', 'route', 'own', 'inherited', '--via', 'vpn');
      const warns = ran.stderr.includes('name lookups go past the warp');
      expect(warns).to.equal(release === '28.5');
      const { stdout } = await execInContainer(scene.engine, 'own', ['nslookup', 'example.org']);
      expect(stdout).to.include('198.19.0.1');
      const ways = await scene.outside.ways({ port: 53 });
      expect(ways.warp).to.be.above(0);
      expect(ways.direct).to.equal(0);
      expect((await scene.fairlead('warp', 'unroute')).exitCode).to.equal(0);
    });

    it('sets up forwarding and NAT where that is asked for, and takes exactly that back', async () => {
      await scene.networks();
      await scene.gateway('vpn', { nat: false, forwards: false });
      await target('app');
      const before = await containerState(scene.engine, 'vpn');
      const plain = await scene.fairlead('warp', 'route', 'app', '--via', 'vpn');
      expect(plain.stderr).to.include('forwards no IPv4').and.to.include('rewrites no sources of IPv4');
      expect(await scene.wayOf('app', ['vpn'])).to.equal('Connection timed out');
      await routed('app', '--via', 'vpn', '--nat');
      expect(await scene.wayOf('app', ['vpn'])).to.equal('vpn');
      expect((await scene.fairlead('warp', 'unroute')).exitCode).to.equal(0);
      expect(await containerState(scene.engine, 'vpn')).to.deep.equal(before);
      expect(await scene.wayOf('vpn', ['vpn'])).to.equal('vpn');
    });

    it('leaves a warp’s own firewall alone while it has no tunnel, and nothing gets out beside one', async () => {
      await scene.networks();
      for (const firewall of ['iptables-nft', 'iptables-legacy'] as const) {
        await scene.gateway(firewall, { firewall });
        const save = async (): Promise<string> =>
          (await execInContainer(scene.engine, firewall, [firewall, '-S'])).stdout;
        const before = await save();
        await target(`by-${firewall}`);
        const ran = await scene.fairlead('warp', 'route', `by-${firewall}`, '--via', firewall);
        expect(ran.stderr).to.include(
          `drops what it is to forward by IPv4 unless a rule of its own accepts it (in its rules of ${firewall})`,
        );
        const asked = await scene.fairlead('warp', 'route', `by-${firewall}`, '--via', firewall, '--nat');
        expect(asked.stderr).to.include('NAT is not set up yet');
        expect(await scene.wayOf(`by-${firewall}`, [firewall])).to.equal('Connection timed out');
        expect(await save()).to.equal(before);
      }
      expect(await scene.outside.arrivals()).to.deep.equal([]);
    });
  });
}
