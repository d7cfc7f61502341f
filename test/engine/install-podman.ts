import { mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { cached } from './cache.js';
import { withDebianSuite } from './debian-packages.js';
import { EngineUnavailableError } from './engine-errors.js';

const wanted = '5.4.';

/** What Podman calls, and every library of theirs: it runs in a root of its own, for the host's may be older. */
const packages = [
  ...['podman', 'netavark', 'aardvark-dns', 'crun', 'conmon', 'catatonit', 'nftables', 'busybox-static'],
  ...['golang-github-containers-common', 'golang-github-containers-image', 'libc6', 'libgcc-s1'],
  ...['libacl1', 'libassuan9', 'libatomic1', 'libattr1', 'libaudit1', 'libblkid1', 'libbsd0', 'libbz2-1.0'],
  ...['libcap-ng0', 'libcap2', 'libcrypt1', 'libedit2', 'libffi8', 'libgcrypt20', 'libglib2.0-0t64'],
  ...['libgmp10', 'libgpg-error0', 'libgpgme11t64', 'libjansson4', 'liblz4-1', 'liblzma5', 'libmd0'],
  ...['libmnl0', 'libmount1', 'libnftables1', 'libnftnl11', 'libpam0g', 'libpcre2-8-0', 'libseccomp2'],
  ...['libselinux1', 'libsemanage2', 'libsepol2', 'libsqlite3-0', 'libssl3t64', 'libsubid5', 'libsystemd0'],
  ...['libtinfo6', 'libxtables12', 'libxxhash0', 'libyajl2', 'libzstd1', 'zlib1g'],
];

const files: Readonly<Record<string, string>> = {
  'etc/containers/containers.conf': '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n',
  'etc/containers/storage.conf':
    '[storage]\ndriver = "overlay"\ngraphroot = "/var/lib/containers/storage"\nrunroot = "/run/containers/storage"\n',
  // Without a server aardvark-dns does not start; nobody answers there.
  'etc/resolv.conf': 'nameserver 127.0.0.1\n',
  'etc/hosts': '127.0.0.1 localhost\n',
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
  'etc/group': 'root:x:0:\n',
};

const folders = ['dev', 'host', 'proc', 'root', 'run', 'sys', 'tmp', 'var/lib/containers', 'var/tmp'];

/** The whole of a root in which Podman runs; nothing in it is written to. */
export async function installPodman(): Promise<{ packageVersion: string; rootFolder: string }> {
  const folder = await cached('engine-podman-5.4-2', async draft => {
    const root = join(draft, 'root');
    await withDebianSuite('trixie', draft, async suite => {
      const version = await suite.candidateVersion('podman');
      if (!version?.startsWith(wanted)) {
        throw new EngineUnavailableError(
          `Debian's trixie has podman ${version ?? '(none)'}, not ${wanted}: ` +
            'name another mirror in FAIRLEAD_TEST_MIRROR, or keep a FAIRLEAD_TEST_CACHE that still has it.',
        );
      }
      await suite.unpack(packages, root);
      await writeFile(join(draft, 'version'), version);
    });
    await furnish(root);
  });
  return {
    packageVersion: await readFile(join(folder, 'version'), 'utf8'),
    rootFolder: join(folder, 'root'),
  };
}

/** What Debian's installer would do: the merged folders, the commands of a shell, and a configuration. */
async function furnish(root: string): Promise<void> {
  for (const entry of await readdir(join(root, 'usr/share'))) {
    if (entry !== 'containers') await rm(join(root, 'usr/share', entry), { recursive: true });
  }
  for (const folder of folders) await mkdir(join(root, folder), { recursive: true });
  for (const merged of ['bin', 'lib', 'lib64', 'sbin']) await symlink(`usr/${merged}`, join(root, merged));
  const { stdout } = await execa(join(root, 'usr/bin/busybox'), ['--list']);
  const there = new Set(await readdir(join(root, 'usr/bin')));
  const applets = stdout.split('\n').filter(applet => !there.has(applet));
  await Promise.all(applets.map(applet => symlink('busybox', join(root, 'usr/bin', applet))));
  for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text);
}

export function podmanCommand(folder: string): string[] {
  return ['podman', 'system', 'service', '--time=0', `unix://${join(folder, 'docker.sock')}`];
}
