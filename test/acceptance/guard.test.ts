import { expect } from 'chai';
import { readGuard } from '../../src/lib/netns/guard-table/read-guard.js';
import { writeGuard } from '../../src/lib/netns/guard-table/write-guard.js';
import type { RunTool } from '../../src/lib/netns/tools.js';
import { runContainer } from '../engine/containers.js';
import { createNetwork } from '../engine/networks.js';
import { type PrivateEngine, startEngine } from '../engine/private-engine.js';
import { releases } from '../engine/releases.js';
import { waitUntil } from '../engine/wait-until.js';
import { webApp } from '../engine/web-app.js';
import { type BareNamespace, bareNamespace, enterNamespace } from './bare-namespace.js';
import { type FirewallTools, firewallTools } from './firewall-tools.js';

const far = '198.18.99.1';
const far6 = 'fd00:99::1';

/** An engine's host, and beside it a neighbour to which all that leaves the host goes, and who counts it. */
interface Scene extends AsyncDisposable {
  readonly engine: PrivateEngine;
  readonly host: BareNamespace;
  readonly outside: BareNamespace;
  readonly run: RunTool;
  readonly arrived: () => Promise<number>;
  inside(container: string): Promise<BareNamespace>;
}

async function stage(release: (typeof releases)[number], { folders, run }: FirewallTools): Promise<Scene> {
  const engine = await startEngine({ release });
  const opened: AsyncDisposable[] = [engine];
  const close = async (): Promise<void> => {
    for (const each of opened.reverse()) await each[Symbol.asyncDispose]();
  };
  try {
    const host = await enterNamespace(Number(/\d+/.exec(engine.netnsPath)?.[0]), folders);
    opened.push(host);
    const outside = await bareNamespace(folders);
    opened.push(outside);
    await host.sh(`
    ip link add out type veth peer name inside netns ${String(outside.pid)}
    ip addr add 198.18.8.1/24 dev out; ip -6 addr add fd00:8::1/64 dev out nodad
    ip link set out up
    echo 1 > /proc/sys/net/ipv6/conf/all/forwarding`);
    await outside.sh(`
    ip addr add 198.18.8.2/24 dev inside; ip -6 addr add fd00:8::2/64 dev inside nodad
    ip addr add ${far}/32 dev lo; ip -6 addr add ${far6}/128 dev lo
    ip link set inside up
    ip -6 route add default via fd00:8::1
    nft add table inet count
    nft add chain inet count arrivals '{ type filter hook prerouting priority 0; }'
    nft add counter inet count seen
    nft add rule inet count arrivals ip daddr ${far} counter name seen
    nft add rule inet count arrivals ip6 daddr ${far6} counter name seen`);
    await host.sh(`ip route add ${far} via 198.18.8.2; ip -6 route add ${far6} via fd00:8::2`);
    return {
      engine,
      host,
      outside,
      run: (invocation, signal) => run({ within: host.handle, ...invocation }, signal),
      arrived: async () =>
        Number(/packets (\d+)/.exec(await outside.sh('nft list counter inet count seen'))?.[1]),
      async inside(container) {
        const { State } = await engine.api<{ State: { Pid: number } }>(
          'GET',
          `/containers/${container}/json`,
        );
        return enterNamespace(State.Pid, folders);
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function addressesOf(engine: PrivateEngine, container: string): Promise<string[]> {
  const { NetworkSettings } = await engine.api<{
    NetworkSettings: { Networks: Record<string, { IPAddress: string; GlobalIPv6Address: string }> };
  }>('GET', `/containers/${container}/json`);
  return Object.values(NetworkSettings.Networks)
    .flatMap(({ IPAddress, GlobalIPv6Address }) => [IPAddress, GlobalIPv6Address])
    .filter(address => address !== '')
    .sort();
}

async function sendFrom(container: BareNamespace, times: number): Promise<void> {
  await container.sh(`for i in $(seq ${String(times)}); do
    echo > /dev/udp/${far}/9; echo > /dev/udp/${far6}/9
  done`);
}

const bridge = 'br-guarded';

/** Off by default in containers of 20.10. */
const ipv6On = { Sysctls: { 'net.ipv6.conf.all.disable_ipv6': '0' } };

describe('the guard in the kernel', () => {
  let tools: FirewallTools;

  before(async () => {
    tools = await firewallTools();
  });

  after(async () => {
    await tools[Symbol.asyncDispose]();
  });

  for (const release of releases) {
    it(`lets nobody out but the warp, from the first packet on, beside the rules of Engine ${release}`, async () => {
      await using scene = await stage(release, tools);
      const { engine, host, outside, run, arrived } = scene;
      await engine.api('POST', '/networks/create', {
        Name: 'guarded',
        CheckDuplicate: true,
        EnableIPv6: true,
        IPAM: { Driver: 'default', Config: [{ Subnet: '10.77.0.0/24' }, { Subnet: 'fd00:77::/64' }] },
        Options: { 'com.docker.network.bridge.name': bridge },
      });
      await createNetwork(engine, { name: 'open' });
      await runContainer(engine, { name: 'warp', network: 'guarded', hostConfig: ipv6On });
      await webApp(engine, {
        name: 'web',
        network: 'guarded',
        text: 'hello',
        publish: ['8080:80'],
        hostConfig: ipv6On,
      });
      await runContainer(engine, { name: 'other', network: 'open' });
      const [warp, web, other] = [
        await scene.inside('warp'),
        await scene.inside('web'),
        await scene.inside('other'),
      ];
      // Until a bridge has made sure that its IPv6 address is its own, it answers nobody.
      for (const each of [web, warp]) {
        await waitUntil('IPv6 leads out', () =>
          each.sh(`busybox ping -6 -c 1 -W 1 ${far6}`).then(
            () => true,
            () => false,
          ),
        );
      }
      const free = await arrived();
      await sendFrom(web, 5);
      expect(await arrived(), 'without the guard').to.equal(free + 10);

      const before = await host.sh('nft --stateless list ruleset');
      const warps = await addressesOf(engine, 'warp');
      expect(warps).to.have.lengthOf(2);
      expect(await readGuard(run)).to.equal(undefined);
      await writeGuard(run, [{ bridge, warps }]);
      expect(await readGuard(run)).to.deep.equal({ whole: true, bridges: [{ bridge, warps, dropped: 0 }] });

      const held = await arrived();
      await sendFrom(web, 20);
      expect(await arrived(), 'guarded').to.equal(held);
      const counted = await readGuard(run);
      expect(counted).to.have.nested.property('bridges[0].dropped', 40);

      // From its very first instruction, before anybody could have routed it.
      const hurried = { network: 'guarded', command: ['ping', '-c', '1', '-W', '1', far] };
      await runContainer(engine, { name: 'hurried', ...hurried });
      await engine.api('POST', '/containers/hurried/wait');
      expect(await arrived(), 'guarded at the start').to.equal(held);

      await sendFrom(warp, 1);
      expect(await arrived(), 'the warp').to.equal(held + 2);
      await other.sh(`echo > /dev/udp/${far}/9`);
      expect(await arrived(), 'another network').to.equal(held + 3);
      await web.sh(`busybox ping -c 1 -W 2 ${warps[0] ?? ''}`);
      await waitUntil('the published port answers', async () => {
        const page = await outside.sh('busybox wget -q -O - http://198.18.8.1:8080/').catch(() => '');
        return page === 'hello';
      });

      await host.sh(`nft add rule inet fairlead from-${bridge} accept`);
      expect(await readGuard(run)).to.have.property('whole', false);
      await writeGuard(run, [{ bridge, warps: [] }]);
      await sendFrom(warp, 1);
      expect(await arrived(), 'no warp any more').to.equal(held + 3);

      await host.sh('nft add table inet fairlead "{ flags dormant; }"');
      expect(await readGuard(run)).to.have.property('whole', false);
      await runContainer(engine, { name: 'more', network: 'open' });
      await writeGuard(run, []);
      expect(await readGuard(run)).to.equal(undefined);
      await engine.api('DELETE', '/containers/more?force=true');
      await engine.api('DELETE', '/containers/hurried?force=true');
      expect(await host.sh('nft --stateless list ruleset'), 'undone').to.equal(before);
      for (const each of [warp, web, other]) await each[Symbol.asyncDispose]();
    });
  }
});
