/** The Docker releases to test against: the oldest in use, one between, and the newest Debian has. */
export const releases = ['20.10', '26.1', '28.5'] as const;

/**
 * Those that differ most: for what is the program's own, or the kernel's, whatever engine there is. What an engine between
 * them does of its own is tried by the tests of networks, attachments, proxies and routes.
 */
export const oldestAndNewest = ['20.10', '28.5'] as const;

export type DockerRelease = (typeof releases)[number];

/** The Podman of Debian 13, by its Docker-compatible API. */
export const podmanRelease = 'podman-5.4';

export type Release = DockerRelease | typeof podmanRelease;

export interface ReleaseSource {
  /** Debian suites to look in, in this order: a release moves on from sid when its successor arrives. */
  readonly suites: readonly string[];
  readonly packages: readonly string[];
}

export const releaseSources: Readonly<Record<DockerRelease, ReleaseSource>> = {
  '20.10': { suites: ['bookworm'], packages: ['docker.io', 'containerd', 'tini', 'libdevmapper1.02.1'] },
  '26.1': { suites: ['trixie'], packages: ['docker.io', 'docker-cli', 'containerd', 'tini'] },
  '28.5': { suites: ['sid', 'forky'], packages: ['docker.io', 'docker-cli', 'containerd', 'tini-static'] },
};

export function isRelease(text: string): text is Release {
  return text === podmanRelease || (releases as readonly string[]).includes(text);
}
