import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { installTools } from './engine-tools.js';
import { type ImageRecipe, loadImage } from './image-archive.js';
import type { PrivateEngine } from './private-engine.js';

export const baseImageName = 'fairlead-test/busybox';

/** An image of 2 MB with a shell and the common commands: sh, ip, ping, nc, wget, httpd, sleep and so on. */
export const baseImageRecipe: ImageRecipe = {
  name: baseImageName,
  revision: 1,
  changes: ['CMD ["sh"]', 'ENV PATH=/bin'],
  fill: addBusybox,
};

export function baseImage(engine: PrivateEngine): Promise<string> {
  return loadImage(engine, baseImageRecipe);
}

/** A root file system that a shell is at home in: commands, accounts, a writable /tmp. */
export async function addBusybox(root: string): Promise<void> {
  for (const folder of ['bin', 'etc', 'tmp', 'run', 'root', 'var']) {
    await mkdir(join(root, folder), { recursive: true });
  }
  await chmod(join(root, 'tmp'), 0o1777);
  const busybox = join(root, 'bin/busybox');
  await copyFile(join(await installTools(), '../bin/busybox'), busybox);
  const { stdout } = await execa(busybox, ['--list']);
  const applets = stdout.split('\n').filter(applet => applet !== 'busybox');
  await Promise.all(applets.map(applet => symlink('busybox', join(root, 'bin', applet))));
  await writeFile(
    join(root, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
  );
  await writeFile(join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
}
