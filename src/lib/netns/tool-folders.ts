import { constants, statSync } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { ExitCode } from '../model/errors.js';
import { KernelError } from './kernel-error.js';
import type { Tool } from './tools.js';

/** Where every distribution has them. */
export const systemFolders: readonly string[] = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** By whom others could put a program of theirs in a folder. */
const writableByOthers = constants.S_IWGRP | constants.S_IWOTH;

export type Program = Tool | 'nsenter';

/** Packages, by the names that Debian, Fedora, Arch and Alpine give them. */
const packages: Readonly<Record<Program, string>> = {
  ip: 'iproute2',
  nft: 'nftables',
  nsenter: 'util-linux',
  cat: 'coreutils',
  tee: 'coreutils',
  head: 'coreutils',
  'iptables-nft': 'iptables',
  'ip6tables-nft': 'iptables',
  'iptables-legacy': 'iptables',
  'ip6tables-legacy': 'iptables',
  conntrack: 'conntrack',
};

export function packageOf(program: Program): string {
  return packages[program];
}

/** Gives the path of a program, or undefined where it is in none of the folders. */
export type FindProgram = (program: Program) => Promise<string | undefined>;

/**
 * The system's own folders first, then those of the caller's PATH that only root can write to (NixOS has its programs
 * nowhere else). What is run has rights over all namespaces: a PATH of `.` or `~/bin` must not decide what it is.
 */
export function toolFolders(path = ''): readonly string[] {
  const further = [...new Set(path.split(':'))].filter(
    folder => isAbsolute(folder) && !systemFolders.includes(folder),
  );
  return [...systemFolders, ...further.filter(isRootsAlone)];
}

function isRootsAlone(folder: string): boolean {
  try {
    const { uid, mode } = statSync(folder);
    return uid === 0 && (mode & writableByOthers) === 0;
  } catch {
    // Not there, or in a folder that only others may look into: nothing is run from it.
    return false;
  }
}

/** Where a program is; one that is found is not looked for again. */
export function programFinder(folders: readonly string[]): FindProgram {
  const known = new Map<Program, string>();
  return async program => {
    const before = known.get(program);
    if (before !== undefined) return before;
    for (const folder of folders) {
      const path = join(folder, program);
      if (!(await isProgram(path))) continue;
      known.set(program, path);
      return path;
    }
    return undefined;
  };
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

export function missingProgram(program: Program): KernelError {
  return new KernelError('tool', `The program ${program} is needed and is not on this machine.`, {
    exit: ExitCode.failed,
    hints: [`Install it: the package is called ${packageOf(program)} on most distributions.`],
  });
}
