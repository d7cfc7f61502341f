import type { BigIntStats } from 'node:fs';

/** Tells one version of a file from another; another file in its place is another version. */
export function versionOf({ dev, ino, mtimeNs, size }: BigIntStats): string {
  return [dev, ino, mtimeNs, size].join(' ');
}
