import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { cached } from './cache.js';
import { withDebianSuite } from './debian-packages.js';
import { requireMachine } from './requirements.js';

/** With all that a bare Debian lacks: the machine needs no ssh of its own. */
const packages = [
  ...[
    'openssh-client',
    'openssh-server',
    'libwrap0',
    'libselinux1',
    'libpcre2-8-0',
    'libaudit1',
    'libcap-ng0',
  ],
  ...['libgssapi-krb5-2', 'libkrb5-3', 'libk5crypto3', 'libkrb5support0', 'libkeyutils1', 'libcom-err2'],
  ...[
    'libedit2',
    'libbsd0',
    'libmd0',
    'libfido2-1',
    'libcbor0.8',
    'libudev1',
    'libtinfo6',
    'libssl3',
    'libcrypt1',
  ],
];

/** A machine called `far`, which is this one through a real sshd and a real ssh, with users, keys and hosts of their own. */
export interface SshServer {
  /** Holds an `ssh` that knows `far`; for the front of a PATH. */
  readonly bin: string;
  /** How often somebody has connected. */
  connections(): Promise<number>;
  remove(): Promise<void>;
}

export interface SshServerOptions {
  /** Of the session on the far side. */
  readonly env: Readonly<Record<string, string>>;
  readonly knowsHost?: boolean;
  readonly acceptsKey?: boolean;
}

/**
 * No port and no daemon: ssh starts an sshd for each connection, in a mount namespace where the user and the
 * folder that sshd insists on exist.
 */
export async function createSshServer(options: SshServerOptions): Promise<SshServer> {
  const { env, knowsHost = true, acceptsKey = true } = options;
  requireMachine();
  const software = await cached('openssh-1', draft =>
    withDebianSuite('bookworm', draft, suite => suite.unpack(packages, draft)),
  );
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-sshd-'));
  const at = (name: string): string => join(folder, name);
  const triplet = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
  const libraries = [join(software, 'lib', triplet), join(software, 'usr/lib', triplet)].join(delimiter);
  const environment = { ...process.env, LD_LIBRARY_PATH: libraries };
  for (const key of ['host', 'user']) {
    const args = ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', at(key)];
    execFileSync(join(software, 'usr/bin/ssh-keygen'), args, { env: environment });
  }
  const program = async (name: string, ...lines: readonly string[]): Promise<void> => {
    await writeFile(
      at(name),
      ['#!/bin/sh', `export LD_LIBRARY_PATH='${libraries}'`, ...lines, ''].join('\n'),
    );
    await chmod(at(name), 0o755);
  };
  const text = (name: string, ...lines: readonly string[]): Promise<void> =>
    writeFile(at(name), `${lines.join('\n')}\n`, { mode: 0o600 });

  await mkdir(at('home'));
  await mkdir(at('bin'));
  await chmod(folder, 0o755);
  await text(
    'passwd',
    `root:x:0:0:root:${at('home')}:/bin/sh`,
    'sshd:x:104:65534::/run/sshd:/usr/sbin/nologin',
  );
  await text('shadow', 'root:*:19000:0:99999:7:::');
  await chmod(at('passwd'), 0o644);
  await text('authorized', acceptsKey ? await readFile(at('user.pub'), 'utf8') : '');
  await text('known', knowsHost ? `far ${await readFile(at('host.pub'), 'utf8')}` : '');
  await text('log');
  await text(
    'sshd.conf',
    ...[`HostKey ${at('host')}`, `AuthorizedKeysFile ${at('authorized')}`, 'StrictModes no', 'UsePAM no'],
    ...['PermitRootLogin prohibit-password', 'PasswordAuthentication no', 'KbdInteractiveAuthentication no'],
    `SetEnv ${Object.entries(env)
      .map(([name, value]) => `${name}="${value}"`)
      .join(' ')}`,
  );
  await program(
    'serve',
    `echo connection >> ${at('log')}`,
    'mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd || exit 1',
    `mount --bind ${at('passwd')} /etc/passwd && mount --bind ${at('shadow')} /etc/shadow || exit 1`,
    `exec ${join(software, 'usr/sbin/sshd')} -i -f ${at('sshd.conf')}`,
  );
  await text(
    'ssh.conf',
    ...['Host far', 'User root', `IdentityFile ${at('user')}`, 'IdentitiesOnly yes', 'IdentityAgent none'],
    ...[`UserKnownHostsFile ${at('known')}`, 'GlobalKnownHostsFile none', 'StrictHostKeyChecking yes'],
    `ProxyCommand unshare --mount --propagation private ${at('serve')}`,
  );
  await program('bin/ssh', `exec ${join(software, 'usr/bin/ssh')} -F ${at('ssh.conf')} "$@"`);
  return {
    bin: at('bin'),
    async connections() {
      return (await readFile(at('log'), 'utf8')).split('\n').filter(line => line === 'connection').length;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
