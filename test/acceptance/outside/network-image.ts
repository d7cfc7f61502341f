import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { addBusybox } from '../../engine/base-image.js';
import { withDebianSuite } from '../../engine/debian-packages.js';
import { loadImage } from '../../engine/image-archive.js';
import type { PrivateEngine } from '../../engine/private-engine.js';

export const networkImageName = 'fairlead-test/network';

const packages = [
  ...['perl-base', 'iproute2', 'iptables', 'nftables', 'libc6', 'libcrypt1'],
  ...['libxtables12', 'libip4tc2', 'libip6tc2', 'libmnl0', 'libnftnl11', 'libnfnetlink0'],
  ...['libnetfilter-conntrack3', 'libnftables1', 'libjansson4', 'libedit2', 'libbsd0', 'libmd0', 'libgmp10'],
  ...['libelf1', 'libbpf1', 'libcap2', 'libtirpc3', 'libtinfo6', 'zlib1g', 'libdb5.3'],
  ...['libgssapi-krb5-2', 'libkrb5-3', 'libk5crypto3', 'libkrb5support0', 'libkeyutils1', 'libcom-err2'],
];

/** What a router needs (ip, nft, both kinds of iptables) and perl, which starts in a few milliseconds. */
export function networkImage(engine: PrivateEngine): Promise<string> {
  return loadImage(engine, {
    name: networkImageName,
    revision: 1,
    changes: ['CMD ["sleep","1000000"]', 'ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin'],
    async fill(root, work) {
      await addBusybox(root);
      const unpacked = join(work, 'unpacked');
      await withDebianSuite('bookworm', work, suite => suite.unpack(packages, unpacked));
      await rm(join(unpacked, 'usr/share'), { recursive: true, force: true });
      for (const folder of await readdir(join(unpacked, 'usr/lib'))) {
        await rm(join(unpacked, 'usr/lib', folder, 'gconv'), { recursive: true, force: true });
      }
      await cp(unpacked, root, { recursive: true, verbatimSymlinks: true });
      await mkdir(join(root, 'run'), { recursive: true });
    },
  });
}
