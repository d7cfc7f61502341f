import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { EngineUnavailableError } from './engine-errors.js';
import { debianKeyring } from './requirements.js';

/** A Debian suite seen through an apt state of its own: the host's lists, cache and dpkg stay as they are. */
export interface DebianSuite {
  readonly name: string;
  candidateVersion(debianPackage: string): Promise<string | undefined>;
  /** Downloads packages (these only, not what they depend on) and unpacks them into a folder. */
  unpack(packages: readonly string[], folder: string): Promise<void>;
}

/** Fetches the package lists of a suite and lets `work` use them; nothing of apt's state outlives it. */
export async function withDebianSuite<Result>(
  suite: string,
  folder: string,
  work: (suite: DebianSuite) => Promise<Result>,
): Promise<Result> {
  const stateFolder = join(folder, 'apt');
  try {
    const configuration = await writeConfiguration(suite, stateFolder);
    await apt(configuration, 'apt-get', ['update'], stateFolder);
    return await work({
      name: suite,
      async candidateVersion(debianPackage) {
        const policy = await apt(configuration, 'apt-cache', ['policy', debianPackage], stateFolder);
        const version = /Candidate: (\S+)/.exec(policy)?.[1];
        return version === '(none)' ? undefined : version;
      },
      async unpack(packages, target) {
        const downloads = join(stateFolder, 'downloads');
        await mkdir(downloads, { recursive: true });
        await apt(configuration, 'apt-get', ['download', ...packages], downloads);
        const archives = await readdir(downloads);
        await Promise.all(
          archives.map(archive => execa('dpkg-deb', ['-x', join(downloads, archive), target])),
        );
        await rm(downloads, { recursive: true });
      },
    });
  } finally {
    await rm(stateFolder, { recursive: true, force: true });
  }
}

async function writeConfiguration(suite: string, folder: string): Promise<string> {
  const mirror = process.env['FAIRLEAD_TEST_MIRROR'] ?? 'http://deb.debian.org/debian';
  await mkdir(join(folder, 'lists', 'partial'), { recursive: true });
  await mkdir(join(folder, 'cache', 'archives', 'partial'), { recursive: true });
  await writeFile(join(folder, 'status'), '');
  await writeFile(join(folder, 'sources.list'), `deb [signed-by=${debianKeyring}] ${mirror} ${suite} main\n`);
  const path = join(folder, 'apt.conf');
  const settings = [
    `Dir::Etc::main "/dev/null";`,
    `Dir::Etc::parts "/dev/null";`,
    `Dir::Etc::sourcelist "${folder}/sources.list";`,
    `Dir::Etc::sourceparts "/dev/null";`,
    `Dir::Etc::preferences "/dev/null";`,
    `Dir::Etc::preferencesparts "/dev/null";`,
    `Dir::State::lists "${folder}/lists";`,
    `Dir::State::status "${folder}/status";`,
    `Dir::Cache "${folder}/cache";`,
    `Acquire::Languages "none";`,
    `Acquire::Retries "3";`,
    // A frozen mirror is welcome, for a release that Debian has left behind: the signature is what counts.
    `Acquire::Check-Valid-Until "false";`,
    // The folder belongs to root alone, so the user _apt could not write there.
    `APT::Sandbox::User "root";`,
  ];
  await writeFile(path, [...settings, ...(await hostTransport()), ''].join('\n'));
  return path;
}

/** How the host's apt reaches the network (a proxy, say) holds for this one as well; its hooks do not. */
async function hostTransport(): Promise<string[]> {
  const { stdout } = await execa('apt-config', ['dump']);
  return stdout.split('\n').filter(line => /^Acquire::(https?|Check|ForceIPv)/.test(line));
}

async function apt(configuration: string, command: string, args: string[], cwd: string): Promise<string> {
  const result = await execa(command, ['-q', ...args], {
    cwd,
    env: { APT_CONFIG: configuration, LC_ALL: 'C' },
    reject: false,
  });
  // `apt-get update` exits 0 with a warning when a list could not be had; without lists nothing works.
  if (result.failed || /^(E|Err|W: Failed)/m.test(result.stderr)) {
    const reason = result.stderr.trim().split('\n').slice(-3).join(' ').replace(/\.+$/, '');
    throw new EngineUnavailableError(
      `cannot fetch Debian packages (${command} ${args.join(' ')}): ${reason === '' ? (result.message ?? 'no reason given') : reason}. ` +
        'Check the network, or name a mirror in FAIRLEAD_TEST_MIRROR.',
    );
  }
  return result.stdout;
}
