import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { cached } from './cache.js';
import { withDebianSuite } from './debian-packages.js';
import { systemdPackages } from './systemd-tools.js';

/** A shell, what Fairlead and its unit run, and what Node is linked with. */
const packages = [
  ...systemdPackages,
  ...[
    'base-files',
    'dash',
    'coreutils',
    'util-linux',
    'util-linux-extra',
    'mount',
    'procps',
    'libc6',
    'zlib1g',
  ],
  ...['libgcc-s1', 'libstdc++6', 'libatomic1', 'libsystemd0', 'libattr1', 'libtinfo6', 'libsmartcols1'],
  ...[
    'iproute2',
    'nftables',
    'iptables',
    'libproc2-0',
    'libbpf1',
    'libelf1',
    'libtirpc3',
    'libdb5.3',
    'libgmp10',
  ],
  ...['libxtables12', 'libip6tc2', 'libmnl0', 'libnftnl11', 'libnfnetlink0', 'libnetfilter-conntrack3'],
  ...['libnftables1', 'libjansson4', 'libedit2', 'libbsd0', 'libmd0', 'libcom-err2'],
  ...['libgssapi-krb5-2', 'libkrb5-3', 'libk5crypto3', 'libkrb5support0', 'libkeyutils1'],
];

/** Started at boot of everything that Debian has: the journal. No terminals, no hardware, nothing of the host's. */
const journal = ['systemd-journald.service', 'systemd-journald.socket', 'systemd-journald-dev-log.socket'];

const accounts = 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n';
const groups = 'root:x:0:\nadm:x:4:\ntty:x:5:\nsystemd-journal:x:101:\nnogroup:x:65534:\n';

/** A small Debian 12 whose init is systemd, as a folder. */
export function systemdRoot(): Promise<string> {
  return cached('systemd-root-1', async draft => {
    await withDebianSuite('bookworm', draft, suite => suite.unpack([...new Set(packages)], draft));
    // As on every installed Debian 12; packages still say /bin and /lib.
    for (const folder of ['bin', 'sbin', 'lib', 'lib64']) {
      await mkdir(join(draft, 'usr', folder), { recursive: true });
      await execa('cp', [
        '-a',
        '--remove-destination',
        `${join(draft, folder)}/.`,
        join(draft, 'usr', folder),
      ]);
      await rm(join(draft, folder), { recursive: true });
      await symlink(join('usr', folder), join(draft, folder));
    }
    for (const folder of ['doc', 'man', 'locale']) {
      await rm(join(draft, 'usr/share', folder), { recursive: true, force: true });
    }
    const units = join(draft, 'usr/lib/systemd/system');
    await execa('sh', ['-c', 'rm -r "$0"/*.wants', units]);
    await mkdir(join(units, 'sysinit.target.wants'));
    for (const unit of journal) await symlink(join('..', unit), join(units, 'sysinit.target.wants', unit));
    await writeFile(join(draft, 'etc/passwd'), accounts);
    await writeFile(join(draft, 'etc/group'), groups);
    await writeFile(join(draft, 'etc/machine-id'), `${'0'.repeat(31)}1\n`);
    await rm(join(draft, 'var/run'), { recursive: true });
    await symlink('/run', join(draft, 'var/run'));
    for (const folder of ['dev', 'proc', 'sys', 'run', 'tmp', 'root', 'home', 'var/log', 'var/lib', 'opt']) {
      await mkdir(join(draft, folder), { recursive: true });
    }
  });
}
