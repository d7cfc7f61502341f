import { rm, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.js';
import { withDebianSuite } from './debian-packages.js';
import { EngineUnavailableError } from './engine-errors.js';
import { installTools } from './engine-tools.js';
import { podmanRelease, releaseSources } from './releases.js';
import type { DockerRelease, Release } from './releases.js';
import { installPodman } from './install-podman.js';
import { requireMachine } from './requirements.js';

export interface InstalledEngine {
  readonly release: Release;
  /** As Debian numbers it, for example `20.10.24+dfsg1-1+deb12u1`. */
  readonly packageVersion: string;
  /** Where dockerd, containerd, docker, runc, iptables and the rest are, for a PATH; the best first. */
  readonly searchPath: readonly string[];
  /** Libraries that a small host lacks; empty where a release needs none. */
  readonly libraryFolder: string;
  /** A file system of its own to run in; the host's where it is left out. */
  readonly rootFolder?: string;
}

/** Makes a release ready to start. The host's packages stay as they are: all of it is in the cache. */
export async function installEngine(release: Release): Promise<InstalledEngine> {
  requireMachine();
  const tools = await installTools();
  if (release === podmanRelease) {
    return { release, ...(await installPodman()), searchPath: [tools], libraryFolder: '' };
  }
  const folder = await cached(`engine-${release}-1`, draft => unpackEngine(release, draft));
  const triplet = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
  return {
    release,
    packageVersion: await readFile(join(folder, 'version'), 'utf8'),
    searchPath: [tools, join(folder, 'usr/sbin'), join(folder, 'usr/bin')],
    libraryFolder: release === '20.10' ? join(folder, 'lib', triplet) : '',
  };
}

async function unpackEngine(release: DockerRelease, draft: string): Promise<void> {
  const { suites, packages } = releaseSources[release];
  const seen: string[] = [];
  for (const name of suites) {
    const isFound = await withDebianSuite(name, draft, async suite => {
      const version = await suite.candidateVersion('docker.io');
      seen.push(`${name} has ${version ?? 'none'}`);
      if (!version?.startsWith(`${release}.`)) return false;
      await suite.unpack(packages, draft);
      await writeFile(join(draft, 'version'), version);
      return true;
    });
    if (!isFound) continue;
    await rm(join(draft, 'usr/share'), { recursive: true, force: true });
    return;
  }
  throw new EngineUnavailableError(
    `Debian no longer offers docker.io ${release} (${seen.join(', ')}): ` +
      'use another release, or keep a FAIRLEAD_TEST_CACHE that still has it.',
  );
}
