import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheRoot, cached } from './cache.js';
import { withDebianSuite } from './debian-packages.js';

const cacheName = 'tools-1';

/** What a daemon calls besides itself; from bookworm for every release, whose runc suits all of them. */
const packages = [
  ...['runc', 'iptables', 'nftables', 'conntrack', 'iproute2', 'procps', 'busybox-static'],
  ...['libxtables12', 'libip4tc2', 'libip6tc2', 'libmnl0', 'libnftnl11', 'libnfnetlink0'],
  ...['libnetfilter-conntrack3', 'libnftables1', 'libjansson4', 'libedit2', 'libbsd0', 'libmd0', 'libgmp10'],
  ...['libseccomp2', 'libproc2-0', 'libelf1', 'libbpf1', 'libcap2', 'libtirpc3', 'libtinfo6'],
  ...['libgssapi-krb5-2', 'libkrb5-3', 'libk5crypto3', 'libkrb5support0', 'libkeyutils1', 'libdb5.3'],
];

const tools: Readonly<Record<string, string>> = {
  runc: 'usr/sbin/runc',
  iptables: 'usr/sbin/xtables-nft-multi iptables',
  'iptables-save': 'usr/sbin/xtables-nft-multi iptables-save',
  'iptables-restore': 'usr/sbin/xtables-nft-multi iptables-restore',
  ip6tables: 'usr/sbin/xtables-nft-multi ip6tables',
  'ip6tables-save': 'usr/sbin/xtables-nft-multi ip6tables-save',
  'ip6tables-restore': 'usr/sbin/xtables-nft-multi ip6tables-restore',
  nft: 'usr/sbin/nft',
  conntrack: 'usr/sbin/conntrack',
  // kmod's own modprobe wants libcrypto, which a small host does not have.
  modprobe: 'bin/busybox modprobe',
  ip: 'bin/ip',
  bridge: 'sbin/bridge',
  ss: 'bin/ss',
  tc: 'sbin/tc',
  ps: 'bin/ps',
  sysctl: 'sbin/sysctl',
  busybox: 'bin/busybox',
};

/** The folder of the tools, to be put on a PATH; each finds its own libraries, so the host needs none. */
export async function installTools(): Promise<string> {
  await cached(cacheName, async draft => {
    await withDebianSuite('bookworm', draft, suite => suite.unpack(packages, draft));
    await rm(join(draft, 'usr/share'), { recursive: true, force: true });
    await mkdir(join(draft, 'tools'));
    await Promise.all(Object.entries(tools).map(([name, target]) => writeTool(draft, name, target)));
  });
  return toolsFolder();
}

/** The same without a look at whether it is there. */
export function toolsFolder(): string {
  return join(cacheRoot(), cacheName, 'tools');
}

/** Paths are taken from the script's own: the folder is renamed once it is complete. */
async function writeTool(folder: string, name: string, target: string): Promise<void> {
  const path = join(folder, 'tools', name);
  const lines = [
    '#!/bin/sh',
    'root=${0%/*}/..',
    'for libraries in "$root"/usr/lib/*-linux-gnu; do break; done',
    'architecture=${libraries##*/}',
    'export LD_LIBRARY_PATH="$root/usr/lib/$architecture:$root/lib/$architecture"',
    'export XTABLES_LIBDIR="$root/usr/lib/$architecture/xtables"',
    `exec "$root"/${target} "$@"`,
  ];
  await writeFile(path, `${lines.join('\n')}\n`);
  await chmod(path, 0o755);
}
