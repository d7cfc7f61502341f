import { expect } from 'chai';
import type { Link } from '../../src/lib/model/namespace.js';
import type { WarpNat, WarpSide } from '../../src/lib/model/warp-side.js';
import type { RunTool } from '../../src/lib/netns/tools.js';
import { hasOwnTable } from '../../src/lib/netns/routing/own-tables.js';
import { readWarpSide } from '../../src/lib/netns/warp-side/read-warp-side.js';
import { writeNat } from '../../src/lib/netns/warp-side/write-nat.js';
import { type FirewallTools, firewallTools } from './firewall-tools.js';
import { type WarpLab, target, warpLab } from './warp-lab.js';

const nat: WarpNat = { targets: [target, 'fd00:9::3'], tunnel: 'tun0' };

/** What images do with what is forwarded: nothing, or drop it, each in another language. */
const images: Readonly<Record<string, string>> = {
  'no firewall': 'true',
  'iptables-nft': `
    for tool in iptables-nft ip6tables-nft; do
      $tool -P FORWARD DROP
      $tool -A FORWARD -i eth9 -m comment --comment "the image's own" -j ACCEPT
      $tool -t nat -A POSTROUTING -o eth9 -j MASQUERADE
    done`,
  'iptables-legacy': `
    for tool in iptables-legacy ip6tables-legacy; do
      $tool -P FORWARD DROP
      $tool -A FORWARD -i eth9 -m comment --comment "the image's own" -j ACCEPT
    done`,
  'iptables-nft with a last rule':
    'iptables-nft -A FORWARD -i eth9 -j ACCEPT; iptables-nft -A FORWARD -j REJECT',
  nft: `nft -f - <<'END'
    table inet image {
      chain passing { type filter hook forward priority 0; policy drop; iifname "eth9" accept comment "own"; }
    }
END`,
};

/** With these at every single call: it takes seconds. */
const cutShort: ReadonlySet<string> = new Set(['no firewall', 'iptables-nft', 'iptables-legacy']);

function stoppingAfter(run: RunTool, calls: number): RunTool {
  let left = calls;
  return async (invocation, signal) => {
    left -= 1;
    if (left < 0) throw new Error('killed');
    return run(invocation, signal);
  };
}

async function isCutShort(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    if (error instanceof Error && error.message === 'killed') return true;
    throw error;
  }
}

describe("a warp's side in the kernel", () => {
  let tools: FirewallTools;
  let lab: WarpLab;

  before(async () => {
    tools = await firewallTools();
  });

  after(async () => {
    await tools[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    lab = await warpLab(tools);
  });

  afterEach(async () => {
    await lab[Symbol.asyncDispose]();
  });

  async function look(links: readonly Link[] = []): Promise<WarpSide> {
    const [ipv4, ipv6] = (
      await lab.warp.sh('cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding')
    ).split('\n');
    const sysctls = { ipv4Forwarding: ipv4 === '1', ipv6Forwarding: ipv6 === '1' };
    return readWarpSide(tools.run, lab.warp.handle, { links, sysctls, hasBeacon: await isFound() });
  }

  /** As all namespaces are looked through for something of ours. */
  async function isFound(): Promise<boolean> {
    return hasOwnTable(await lab.warp.sh('cat /proc/net/fib_trie'));
  }

  /** Whoever looks only at the routing tables overlooks nothing. */
  async function isFoundUnless(asBefore: string, when: string): Promise<void> {
    if ((await lab.state()) !== asBefore) expect(await isFound(), when).to.equal(true);
  }

  for (const [image, script] of Object.entries(images)) {
    it(`goes out of the tunnel and nowhere else, with ${image}`, async () => {
      await lab.warp.sh(script);
      const before = await lab.state();
      expect((await look()).hasOwn).to.equal(false);
      expect(await lab.send(), 'before').to.deep.equal({ tunnel: 0, past: 0 });

      await writeNat(tools.run, lab.warp.handle, nat);
      expect((await look()).nat).to.deep.equal(nat);
      await lab.target.sh('busybox ping -c 1 198.18.99.1');
      expect(await lab.send(), 'set up').to.deep.equal({ tunnel: 3, past: 0 });

      const setUp = await lab.state();
      await writeNat(tools.run, lab.warp.handle, nat);
      expect(await lab.state(), 'set up again').to.equal(setUp);

      await writeNat(tools.run, lab.warp.handle, undefined);
      expect(await lab.state(), 'undone').to.equal(before);
      await writeNat(tools.run, lab.warp.handle, nat);
      await lab.warp.sh('ip link del tun0');
      expect(await lab.send(), 'without the tunnel').to.deep.equal({ tunnel: 0, past: 0 });
    });

    if (!cutShort.has(image)) continue;
    it(`can be cut short anywhere with ${image}, and is finished or undone by the next`, async () => {
      await lab.warp.sh(script);
      const before = await lab.state();
      await lab.warp.sh('ip route del default via 198.18.8.1');
      for (let calls = 0, wasCut = true; wasCut; calls += 1) {
        wasCut = await isCutShort(writeNat(stoppingAfter(tools.run, calls), lab.warp.handle, nat));
        expect(await lab.send(), `cut after ${String(calls)}`).to.deep.equal({ tunnel: 0, past: 0 });
        await isFoundUnless(before, `cut after ${String(calls)}`);
        await writeNat(tools.run, lab.warp.handle, nat);
        expect((await look()).nat, `finished after ${String(calls)}`).to.deep.equal(nat);
        const ending = stoppingAfter(tools.run, calls);
        await isCutShort(writeNat(ending, lab.warp.handle, undefined));
        expect(await lab.send(), `undoing cut after ${String(calls)}`).to.deep.equal({ tunnel: 0, past: 0 });
        await isFoundUnless(before, `undoing cut after ${String(calls)}`);
        await writeNat(tools.run, lab.warp.handle, undefined);
        expect(await lab.state(), `undone after ${String(calls)}`).to.equal(before);
        expect((await look()).hasOwn, `undone after ${String(calls)}`).to.equal(false);
        expect(calls).to.be.below(100);
      }
    });
  }

  it('leaves by what way there is where no tunnel is named', async () => {
    await lab.warp.sh('ip route del default via 198.18.8.1; iptables-nft -P FORWARD DROP');
    await writeNat(tools.run, lab.warp.handle, { targets: [target] });
    expect((await look()).nat).to.deep.equal({ targets: [target] });
    expect(await lab.send()).to.deep.equal({ tunnel: 0, past: 3 });
  });

  it('takes in a flow that went through before and never pauses, and lets go of it when undone', async () => {
    await lab.warp.sh('echo 1 > /proc/sys/net/ipv4/ip_forward');
    await lab.echo();
    // Conntrack is at work in the warp, and has seen the flow without NAT.
    await lab.warp.sh(`nft add table inet image
      nft add chain inet image passing '{ type filter hook forward priority 0; }'
      nft add rule inet image passing ct state invalid drop`);
    expect(await lab.seenAs()).to.equal('nobody');
    await writeNat(tools.run, lab.warp.handle, { targets: [target] });
    expect(await lab.seenAs()).to.equal('198.18.8.2');
    await writeNat(tools.run, lab.warp.handle, undefined);
    await lab.warp.sh('echo 1 > /proc/sys/net/ipv4/ip_forward');
    expect(await lab.seenAs()).to.equal('nobody');
    await writeNat(tools.run, lab.warp.handle, { targets: [target] });
    expect(await lab.seenAs()).to.equal('198.18.8.2');
  });

  it('gives a zone only to what its image does not masquerade, and leaves open connections of that alone', async () => {
    const table = (): Promise<string> => lab.warp.sh('nft list table inet fairlead-nat');
    await lab.warp.sh(`echo 1 > /proc/sys/net/ipv4/ip_forward
      iptables-nft -t nat -A POSTROUTING -o tun0 -j MASQUERADE`);
    const connection = await lab.connect();
    expect(await connection.says('before')).to.equal('before');
    await writeNat(tools.run, lab.warp.handle, nat);
    expect(await table()).to.match(/ip6 saddr fd00:9::3 ct original zone set 214/);
    expect(await table()).to.not.match(/ip saddr .* zone set/);
    expect((await look()).nat).to.deep.equal(nat);
    expect(await connection.says('after')).to.equal('after');

    // As it was when NAT was set up: also when the image thinks better of it, and for further targets.
    await lab.warp.sh('iptables-nft -t nat -F POSTROUTING');
    expect((await look()).nat).to.deep.equal(nat);
    const more = { ...nat, targets: [target, '10.9.0.77', 'fd00:9::3'] };
    await writeNat(tools.run, lab.warp.handle, more);
    expect(await table()).to.not.match(/ip saddr .* zone set/);
    expect((await look()).nat).to.deep.equal(more);
    expect(await connection.says('again')).to.equal('again');

    await writeNat(tools.run, lab.warp.handle, undefined);
    const some = { targets: [target] };
    await writeNat(tools.run, lab.warp.handle, some);
    expect(await table()).to.match(/ip saddr .* zone set/);
    await lab.warp.sh('iptables-nft -t nat -A POSTROUTING -o tun0 -j MASQUERADE');
    expect((await look()).nat).to.deep.equal(some);
    await writeNat(tools.run, lab.warp.handle, { targets: [target, '10.9.0.77'] });
    expect(await table()).to.match(/ip saddr .* zone set/);
  });

  it('is set up without a zone where the kernel has none', async () => {
    const without: RunTool = (invocation, signal) =>
      invocation.tool === 'nft' && invocation.input?.includes('"zone"')
        ? Promise.resolve({ exitCode: 1, stdout: '', stderr: 'Error: Could not process rule: Not supported' })
        : tools.run(invocation, signal);
    await writeNat(without, lab.warp.handle, nat);
    expect((await look()).nat).to.deep.equal(nat);
    expect(await lab.send()).to.deep.equal({ tunnel: 3, past: 0 });
    await writeNat(tools.run, lab.warp.handle, nat);
    expect(await lab.warp.sh('nft list table inet fairlead-nat')).to.not.include('zone');
  });

  it('is for its targets alone', async () => {
    await lab.warp.sh('iptables-legacy -P FORWARD DROP');
    await writeNat(tools.run, lab.warp.handle, { targets: ['10.9.0.77'], tunnel: 'tun0' });
    expect(await lab.send()).to.deep.equal({ tunnel: 0, past: 0 });
    await writeNat(tools.run, lab.warp.handle, { targets: [target], tunnel: 'tun0' });
    expect(await lab.send()).to.deep.equal({ tunnel: 3, past: 0 });
    expect(await lab.warp.sh('iptables-legacy -S FORWARD')).not.to.include('10.9.0.77');
  });

  it('takes back the switches it has set, and no others', async () => {
    for (const setting of [
      'echo 0 > ipv4/conf/all/accept_redirects',
      'echo 1 > ipv4/ip_forward',
      'echo 1 > ipv4/ip_forward; echo 1 > ipv4/conf/all/accept_redirects',
      'echo 1 > ipv6/conf/all/forwarding',
    ]) {
      await lab.warp.sh(`cd /proc/sys/net; ${setting}`);
      const before = await lab.state();
      await writeNat(tools.run, lab.warp.handle, nat);
      await writeNat(tools.run, lab.warp.handle, undefined);
      expect(await lab.state(), setting).to.equal(before);
    }
  });

  it('is not whole once the image has flushed its rules, or somebody has changed ours', async () => {
    await lab.warp.sh('iptables-nft -P FORWARD DROP');
    for (const change of [
      'iptables-nft -F FORWARD',
      'iptables-legacy -P FORWARD DROP',
      'nft flush chain inet fairlead-nat forward',
      'nft add rule inet fairlead-nat postrouting accept',
      'nft delete table inet fairlead-nat',
      'echo 0 > /proc/sys/net/ipv4/ip_forward',
    ]) {
      await writeNat(tools.run, lab.warp.handle, nat);
      expect((await look()).nat, `before: ${change}`).to.deep.equal(nat);
      await lab.warp.sh(change);
      expect((await look()).nat, change).to.equal(undefined);
    }
  });

  it('sees tunnels by their kind, and what the image does on its own', async () => {
    await lab.warp.sh(`
      ip tuntap add dev vpn0 mode tun
      iptables-nft -t nat -A POSTROUTING -s 127.0.0.11/32 -p udp --sport 4000 -j SNAT --to-source :53`);
    const links = await readLinks();
    expect(await look(links)).to.deep.equal({
      tunnels: ['vpn0'],
      masquerades: [],
      dropping: [],
      clampsSegments: false,
      hasOwn: false,
    });
    await lab.warp.sh(`
      iptables-legacy -P FORWARD DROP
      ip6tables-nft -P FORWARD DROP
      iptables-legacy -t nat -A POSTROUTING -o vpn0 -j MASQUERADE
      ip6tables-nft -t nat -A POSTROUTING -o vpn0 -j MASQUERADE
      iptables-nft -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu`);
    expect(await look(links)).to.deep.equal({
      tunnels: ['vpn0'],
      masquerades: ['ipv4', 'ipv6'],
      dropping: [
        { family: 'ipv6', backend: 'iptables-nft' },
        { family: 'ipv4', backend: 'iptables-legacy' },
      ],
      clampsSegments: true,
      hasOwn: false,
    });
  });

  it('makes no table by looking', async () => {
    await look();
    expect(
      await lab.warp.sh('cat /proc/net/ip_tables_names /proc/net/ip6_tables_names; nft list ruleset'),
    ).to.equal('');
  });

  async function readLinks(): Promise<Link[]> {
    const answer = JSON.parse(await lab.warp.sh('ip -j -d link')) as readonly {
      readonly ifname: string;
      readonly linkinfo?: { readonly info_kind?: string };
    }[];
    return answer.map(({ ifname: name, linkinfo: { info_kind: kind } = {} }) => ({
      name,
      addresses: [],
      ...(kind !== undefined && { kind }),
    }));
  }
});
