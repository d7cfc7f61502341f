/** The engine releases to test against: the oldest in use, one between, and the newest Debian has. */
export const releases = ['20.10', '26.1', '28.5'] as const;

export type Release = (typeof releases)[number];

export interface ReleaseSource {
  /** Debian suites to look in, in this order: a release moves on from sid when its successor arrives. */
  readonly suites: readonly string[];
  readonly packages: readonly string[];
}

export const releaseSources: Readonly<Record<Release, ReleaseSource>> = {
  '20.10': { suites: ['bookworm'], packages: ['docker.io', 'containerd', 'tini', 'libdevmapper1.02.1'] },
  '26.1': { suites: ['trixie'], packages: ['docker.io', 'docker-cli', 'containerd', 'tini'] },
  '28.5': { suites: ['sid', 'forky'], packages: ['docker.io', 'docker-cli', 'containerd', 'tini-static'] },
};

export function isRelease(text: string): text is Release {
  return (releases as readonly string[]).includes(text);
}
