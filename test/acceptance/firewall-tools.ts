import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { toolRunner } from '../../src/lib/netns/run-tool.js';
import { programFinder, systemFolders } from '../../src/lib/netns/tool-folders.js';
import type { RunTool } from '../../src/lib/netns/tools.js';
import { installTools } from '../engine/engine-tools.js';

const programs: Readonly<Record<string, string>> = {
  'iptables-nft': 'xtables-nft-multi',
  'ip6tables-nft': 'xtables-nft-multi',
  'iptables-legacy': 'xtables-legacy-multi',
  'ip6tables-legacy': 'xtables-legacy-multi',
};

export interface FirewallTools extends AsyncDisposable {
  readonly run: RunTool;
  /** First on the PATH of commands that use them. */
  readonly folders: readonly string[];
}

/** Both kinds of iptables by their own names, beside the engines' tools, of which nothing is on the host's PATH. */
export async function firewallTools(): Promise<FirewallTools> {
  const tools = await installTools();
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-tools-'));
  for (const [name, program] of Object.entries(programs)) {
    const lines = [
      '#!/bin/sh',
      `root=${dirname(tools)}`,
      'for libraries in "$root"/usr/lib/*-linux-gnu; do break; done',
      'export LD_LIBRARY_PATH="$libraries:$root/lib/${libraries##*/}" XTABLES_LIBDIR="$libraries/xtables"',
      `exec "$root"/usr/sbin/${program} ${name} "$@"`,
    ];
    await writeFile(join(folder, name), `${lines.join('\n')}\n`);
    await chmod(join(folder, name), 0o755);
  }
  const folders = [folder, tools, ...systemFolders];
  return {
    folders,
    run: toolRunner({ folders, findProgram: programFinder(folders) }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
