import { access, lstat, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Facts } from '../../lib/doctor/facts.js';
import { bootGuardFile } from '../../lib/netns/guard-table/boot-guard.js';
import { bootFolder } from '../state-folder.js';

const units = '/etc/systemd/system';

function isThere(look: Promise<unknown>): Promise<boolean> {
  return look.then(
    () => true,
    () => false,
  );
}

/** Links that say of which unit it is a part; what they lead to is systemd's business. */
async function isEnabled(unit: string): Promise<boolean> {
  const folders = await readdir(units).catch(() => []);
  const parts = folders.filter(folder => /\.(wants|requires)$/.test(folder));
  const links = await Promise.all(parts.map(folder => isThere(lstat(join(units, folder, unit)))));
  return links.includes(true);
}

/** Whether the guard would be back before the engine at the next boot; undefined where systemd is not what boots. */
export async function guardAtBoot(): Promise<Facts['guardAtBoot']> {
  if (!(await isThere(access('/run/systemd/system')))) return undefined;
  const file = bootGuardFile(bootFolder(process.env));
  const written = await readFile(file, 'utf8').catch(() => undefined);
  return {
    file,
    enabled: await isEnabled('fairlead-guard.service'),
    ...(written !== undefined && { written }),
  };
}
