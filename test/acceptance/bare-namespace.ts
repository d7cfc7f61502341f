import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { execa } from 'execa';
import type { OpenNamespace } from '../../src/lib/netns/open-namespace.js';

/** A network namespace of a test's own, or one that is there, with commands to be run in it. */
export interface BareNamespace extends AsyncDisposable {
  readonly pid: number;
  readonly handle: OpenNamespace;
  /** Lines of a shell, ended by the first that fails; gives what they print, trimmed. */
  sh(script: string): Promise<string>;
}

/** Enters the namespace of a process. */
export async function enterNamespace(pid: number, folders: readonly string[]): Promise<BareNamespace> {
  const file = await open(`/proc/${String(pid)}/ns/net`);
  const { ino: inode } = await file.stat();
  const close = (): Promise<void> => file.close();
  const env = { PATH: folders.join(':'), LC_ALL: 'C' };
  return {
    pid,
    handle: { fd: file.fd, inode, pid, [Symbol.asyncDispose]: close },
    async sh(script) {
      const enter = [`--net=/proc/${String(pid)}/ns/net`, '--', 'bash', '-ec', script];
      const { stdout } = await execa('nsenter', enter, { env, extendEnv: false, stdin: 'ignore' });
      return stdout.trim();
    },
    [Symbol.asyncDispose]: close,
  };
}

/** Makes one, which goes with this process: its holder reads a pipe that nobody else has. */
export async function bareNamespace(folders: readonly string[]): Promise<BareNamespace> {
  const holder = spawn('unshare', ['--net', 'sh', '-c', 'echo; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await once(holder.stdout, 'data');
  const namespace = await enterNamespace(holder.pid ?? 0, folders);
  await namespace.sh('ip link set lo up');
  return {
    ...namespace,
    async [Symbol.asyncDispose]() {
      await namespace[Symbol.asyncDispose]();
      holder.stdin.end();
      await once(holder, 'exit');
    },
  };
}
