import { expect } from 'chai';
import type { OpenNamespace } from '../../../src/lib/netns/open-namespace.js';
import { missingProgram } from '../../../src/lib/netns/tool-folders.js';
import type { Invocation, RunTool } from '../../../src/lib/netns/tools.js';
import { readWarpSide } from '../../../src/lib/netns/warp-side/read-warp-side.js';
import { writeNat } from '../../../src/lib/netns/warp-side/write-nat.js';

const within: OpenNamespace = { fd: 3, inode: 4, pid: 5, [Symbol.asyncDispose]: () => Promise.resolve() };
const surroundings = { hasBeacon: false, links: [], sysctls: { ipv4Forwarding: true, ipv6Forwarding: true } };
const noTables = '{"nftables": [{"metainfo": {}}]}';

/** Answers by the command line; what is not foreseen succeeds and says nothing. */
function answering(answers: Readonly<Record<string, string>>): { run: RunTool; calls: string[] } {
  const calls: string[] = [];
  const run: RunTool = ({ tool, args }: Invocation) => {
    const line = [tool, ...args].join(' ');
    calls.push(line);
    const missing = line.startsWith('cat /proc/net/') && answers[line] === undefined;
    return Promise.resolve({
      exitCode: missing ? 1 : 0,
      stdout: answers[line] ?? (line === 'nft -j list ruleset' ? noTables : ''),
      stderr: missing ? 'cat: No such file or directory' : '',
    });
  };
  return { run, calls };
}

const own = JSON.stringify({
  nftables: [
    { table: { family: 'inet', name: 'fairlead-nat', handle: 1 } },
    { table: { family: 'ip', name: 'filter', handle: 2 } },
    {
      chain: {
        ...{ family: 'ip', table: 'filter', name: 'FORWARD', handle: 1 },
        ...{ type: 'filter', hook: 'forward', prio: 0, policy: 'drop' },
      },
    },
  ],
});

describe("a warp's side by its listings", () => {
  it('is read with three processes where nothing is set up, and asks legacy iptables only for tables it has', async () => {
    const plain = answering({});
    await readWarpSide(plain.run, within, surroundings);
    expect(plain.calls).to.have.members([
      'nft -j list ruleset',
      'cat /proc/net/ip_tables_names',
      'cat /proc/net/ip6_tables_names',
    ]);
    const legacy = answering({
      'cat /proc/net/ip_tables_names': 'filter\n',
      'iptables-legacy -w 5 -t filter -S': '-P INPUT DROP\n-P FORWARD DROP\n',
    });
    const side = await readWarpSide(legacy.run, within, surroundings);
    expect(side.dropping).to.deep.equal([{ family: 'ipv4', backend: 'iptables-legacy' }]);
    expect(legacy.calls.filter(call => call.startsWith('ip'))).to.deep.equal([
      'iptables-legacy -w 5 -t filter -S',
    ]);
  });

  it('says whose rules nobody could read, where an image has legacy iptables and the host has not', async () => {
    const tables = answering({ 'cat /proc/net/ip_tables_names': 'filter\n' });
    const run: RunTool = (invocation, signal) =>
      invocation.tool.endsWith('-legacy')
        ? Promise.reject(missingProgram(invocation.tool))
        : tables.run(invocation, signal);
    const side = await readWarpSide(run, within, surroundings);
    expect(side).to.deep.include({ dropping: [], unreadLegacy: ['ipv4'] });
    await writeNat(run, within, { targets: ['10.9.0.3'] });
    expect(tables.calls).to.include('nft -j -f -');
  });

  it('counts what rewrites the sources of others, and no answers of the name server', async () => {
    const sources = (rule: string): Promise<readonly string[]> =>
      readWarpSide(
        answering({
          'cat /proc/net/ip_tables_names': 'nat\n',
          'iptables-legacy -w 5 -t nat -S': `-P POSTROUTING ACCEPT\n${rule}\n`,
        }).run,
        within,
        surroundings,
      ).then(({ masquerades }) => masquerades);
    expect(await sources('-A POSTROUTING -o tun0 -j MASQUERADE')).to.deep.equal(['ipv4']);
    expect(await sources('-A VPN -s 10.0.0.0/8 -j SNAT --to-source 10.2.0.1')).to.deep.equal(['ipv4']);
    expect(
      await sources('-A DOCKER_POSTROUTING -s 127.0.0.11/32 -p tcp --sport 40000 -j SNAT --to-source :53'),
    ).to.deep.equal([]);
  });

  it('takes for its own only what it has written itself, and gives no other word back as an argument', async () => {
    const { run, calls } = answering({
      'nft -j list ruleset': own,
      'iptables-nft -w 5 -t filter -S': [
        '-P FORWARD DROP',
        '-A FORWARD -s 10.0.0.9/32 -m comment --comment "fairlead $(reboot)" -j ACCEPT',
        '-A FORWARD -s 10.0.0.9/32 -m comment --comment fairlead -j LOG --log-prefix "a; b"',
        '-A FORWARD -s 10.0.0.9/32 -m comment --comment fairleads -j ACCEPT',
        '-A FORWARD -s 10.1.0.3/32 -o tun0 -m comment --comment fairlead -j ACCEPT',
      ].join('\n'),
    });
    await writeNat(run, within, undefined);
    expect(calls.filter(call => call.includes('-D'))).to.deep.equal([
      'iptables-nft -w 5 -D FORWARD -s 10.1.0.3/32 -o tun0 -m comment --comment fairlead -j ACCEPT',
    ]);
  });

  it('touches nothing where nothing of ours is', async () => {
    const { run, calls } = answering({});
    await writeNat(run, within, undefined);
    expect(calls.some(call => /-f|-[ID] |tee/.test(call))).to.equal(false);
  });
});
