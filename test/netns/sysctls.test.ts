import { expect } from 'chai';
import type { Sysctls } from '../../src/lib/model/namespace.js';
import type { OpenNamespace } from '../../src/lib/netns/open-namespace.js';
import { nameServersOf } from '../../src/lib/netns/read-host.js';
import { readSysctls } from '../../src/lib/netns/sysctls.js';
import type { RunTool } from '../../src/lib/netns/tools.js';

const within: OpenNamespace = { fd: 9, inode: 1, pid: 1, [Symbol.asyncDispose]: () => Promise.resolve() };

/** `head` over these files; all others hold 0, but for those of a kernel without IPv6. */
function files(values: Readonly<Record<string, number>>, { ipv6 = true } = {}): RunTool {
  return ({ args }) => {
    const paths = args.filter(arg => arg.startsWith('/') && (ipv6 || !arg.includes('/ipv6/')));
    const stdout = paths
      .map(path => `==> ${path} <==\n${String(values[path.replace('/proc/sys/net/', '')] ?? 0)}\n`)
      .join('\n');
    return Promise.resolve({ exitCode: ipv6 ? 0 : 1, stdout, stderr: '' });
  };
}

function read(
  values: Readonly<Record<string, number>>,
  interfaces = ['lo', 'eth0', 'eth1'],
): Promise<Sysctls> {
  return readSysctls(files(values), within, interfaces);
}

describe('The switches of a namespace', () => {
  it('are those of the kernel', async () => {
    expect(await read({ 'ipv4/ip_forward': 1, 'ipv6/conf/all/disable_ipv6': 1 })).to.deep.equal({
      ipv4Forwarding: true,
      ipv6Forwarding: false,
      ipv6Disabled: true,
      acceptRedirects: false,
      sendRedirects: false,
      reversePathFilter: 0,
      srcValidMark: false,
      acceptsMarks: false,
    });
  });

  it('can do without IPv6', async () => {
    const sysctls = await readSysctls(files({ 'ipv4/ip_forward': 1 }, { ipv6: false }), within, ['eth0']);
    expect(sysctls).to.include({ ipv4Forwarding: true, ipv6Forwarding: false });
  });

  it('have the strictest filter of all interfaces, which is not the highest', async () => {
    const filter = async (values: Record<string, number>): Promise<number> =>
      (await read(values)).reversePathFilter;
    expect(await filter({ 'ipv4/conf/eth0/rp_filter': 2, 'ipv4/conf/eth1/rp_filter': 1 })).to.equal(1);
    expect(await filter({ 'ipv4/conf/all/rp_filter': 2, 'ipv4/conf/eth1/rp_filter': 1 })).to.equal(2);
    expect(await filter({ 'ipv4/conf/lo/rp_filter': 1 })).to.equal(0);
  });

  it('accept redirects as a host if one says so, as a router only if both do', async () => {
    const own = { 'ipv4/conf/eth0/accept_redirects': 1 };
    const forwarding = { 'ipv4/conf/eth0/forwarding': 1 };
    const all = { 'ipv4/conf/all/accept_redirects': 1 };
    expect(await read(own)).to.include({ acceptRedirects: true });
    expect(await read({ 'ipv4/conf/default/accept_redirects': 1 })).to.include({ acceptRedirects: true });
    expect(await read({ ...own, ...forwarding })).to.include({ acceptRedirects: false });
    expect(await read({ ...own, ...forwarding, ...all })).to.include({ acceptRedirects: true });
  });

  it('are not asked of interfaces with names that are no plain ones', async () => {
    let asked: readonly string[] = [];
    const run: RunTool = invocation => {
      asked = invocation.args;
      return files({})(invocation);
    };
    await readSysctls(run, within, ['../../x', 'a/b', 'eth0', 'a\nb', '<==']);
    expect(asked.join(' '))
      .to.include('/eth0/')
      .and.not.match(/\.\.|a\/b|<==|\n/);
  });
});

describe("The host's name servers", () => {
  it('are those that a resolv.conf names', () => {
    const text =
      '# nameserver 1.1.1.1\nnameserver 127.0.0.53\n nameserver 9.9.9.9\nnameserver\tfe80::1%eth0 x\noptions edns0\n';
    expect(nameServersOf(text)).to.deep.equal(['127.0.0.53', 'fe80::1%eth0']);
  });
});
