import { copyFile, cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addBusybox } from './base-image.js';
import { withDebianSuite } from './debian-packages.js';
import { loadImage } from './image-archive.js';
import type { PrivateEngine } from './private-engine.js';

const nginxImageName = 'fairlead-test/nginx';

const packages = ['nginx', 'nginx-common', 'libc6', 'libcrypt1', 'libpcre2-8-0', 'libssl3', 'zlib1g'];

/** What nginx links, and what libc loads for itself: names of accounts and hosts. */
const libraries =
  /^(ld-linux|libc\.so|libcrypt\.|libdl\.|libm\.|libpthread|libpcre2-8|libssl|libcrypto|libz\.|libnss_(files|dns)|libresolv)/;

/** Sites come from /etc/nginx/conf.d; names in them may be asked of Docker's DNS at every request. */
const configuration = `user nobody nogroup;
worker_processes 1;
pid /run/nginx.pid;
error_log /dev/stderr notice;
events { worker_connections 512; }
http {
  access_log /dev/stdout;
  include /etc/nginx/mime.types;
  resolver 127.0.0.11 valid=1s ipv6=off;
  resolver_timeout 2s;
  proxy_connect_timeout 2s;
  include /etc/nginx/conf.d/*.conf;
}
`;

/** nginx as Debian builds it, with the base image's commands beside it. */
export function nginxImage(engine: PrivateEngine): Promise<string> {
  return loadImage(engine, {
    name: nginxImageName,
    revision: 2,
    changes: ['CMD ["nginx","-g","daemon off;"]', 'ENV PATH=/usr/sbin:/bin'],
    async fill(root, work) {
      await addBusybox(root);
      await withDebianSuite('bookworm', work, suite => suite.unpack(packages, join(work, 'unpacked')));
      await addNginx(join(work, 'unpacked'), root);
    },
  });
}

async function addNginx(unpacked: string, root: string): Promise<void> {
  for (const folder of ['usr/sbin', 'etc/nginx/conf.d', 'var/log/nginx', 'var/lib/nginx']) {
    await mkdir(join(root, folder), { recursive: true });
  }
  await copyFile(join(unpacked, 'usr/sbin/nginx'), join(root, 'usr/sbin/nginx'));
  await copyFile(join(unpacked, 'etc/nginx/mime.types'), join(root, 'etc/nginx/mime.types'));
  await writeFile(join(root, 'etc/nginx/nginx.conf'), configuration);
  // Where it writes before it has read its configuration.
  await symlink('/dev/stderr', join(root, 'var/log/nginx/error.log'));
  await copyLibraries(unpacked, root);
}

/** The loader's path (lib64 or lib) is written in the binaries; all else lies in one folder. */
async function copyLibraries(unpacked: string, root: string): Promise<void> {
  const target = join(root, 'lib');
  await mkdir(target, { recursive: true });
  for (const parent of ['lib', 'usr/lib']) {
    const triplets = (await readdir(join(unpacked, parent))).filter(name => name.endsWith('-linux-gnu'));
    for (const triplet of triplets) {
      const folder = join(unpacked, parent, triplet);
      const wanted = (await readdir(folder)).filter(name => libraries.test(name));
      await mkdir(join(target, triplet), { recursive: true });
      const options = { verbatimSymlinks: true };
      await Promise.all(wanted.map(name => cp(join(folder, name), join(target, triplet, name), options)));
    }
  }
  for (const loaderFolder of ['lib', 'lib64']) {
    const loaders = (await readdir(join(unpacked, loaderFolder)).catch(() => [])).filter(name =>
      name.startsWith('ld-'),
    );
    if (loaders.length === 0) continue;
    await mkdir(join(root, loaderFolder), { recursive: true });
    const options = { verbatimSymlinks: true };
    await Promise.all(
      loaders.map(name => cp(join(unpacked, loaderFolder, name), join(root, loaderFolder, name), options)),
    );
  }
}
