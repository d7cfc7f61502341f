import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.js';
import { withDebianSuite } from './debian-packages.js';

/** systemd's programs, for a host that was booted with something else, and their libraries. */
export const systemdPackages = [
  ...['systemd', 'libsystemd-shared', 'libacl1', 'libapparmor1', 'libaudit1', 'libblkid1', 'libcap2'],
  ...['libcap-ng0', 'libcrypt1', 'libcryptsetup12', 'libfdisk1', 'libgcrypt20', 'libgpg-error0', 'libip4tc2'],
  ...['libkmod2', 'liblz4-1', 'liblzma5', 'libmount1', 'libpam0g', 'libpcre2-8-0', 'libseccomp2'],
  ...['libselinux1', 'libssl3', 'libzstd1', 'libdevmapper1.02.1', 'libargon2-1', 'libjson-c5', 'libuuid1'],
  ...['libudev1'],
];

const tools = { 'systemd-notify': 'bin/systemd-notify', 'systemd-analyze': 'usr/bin/systemd-analyze' };

/** The path of one of systemd's programs as Debian has it. */
export async function systemdTool(name: keyof typeof tools): Promise<string> {
  const folder = await cached('systemd-1', async draft => {
    await withDebianSuite('bookworm', draft, suite => suite.unpack(systemdPackages, draft));
    await rm(join(draft, 'usr/share'), { recursive: true, force: true });
    await mkdir(join(draft, 'tools'));
    for (const [tool, target] of Object.entries(tools)) {
      const path = join(draft, 'tools', tool);
      const lines = [
        '#!/bin/sh',
        'root=${0%/*}/..',
        'for libraries in "$root"/usr/lib/*-linux-gnu; do break; done',
        'export LD_LIBRARY_PATH="$libraries:$libraries/systemd:$root/lib/${libraries##*/}"',
        `exec "$root"/${target} "$@"`,
      ];
      await writeFile(path, `${lines.join('\n')}\n`);
      await chmod(path, 0o755);
    }
  });
  return join(folder, 'tools', name);
}
