import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs `work` while no other process holds the lock on `path`.
 *
 * The lock is the kernel's, held by a flock(1) whose standard input is a pipe of ours: whichever way this
 * process ends, the pipe closes and the lock is free. There is no lock file to find stale.
 */
export async function withFileLock<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const holder = spawn('flock', [path, 'sh', '-c', 'echo held; cat > /dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  const ended = once(holder, 'exit');
  await Promise.race([once(holder.stdout, 'data'), ended]);
  if (holder.exitCode !== null)
    throw new Error(`cannot lock ${path}: flock ended with ${String(holder.exitCode)}`);
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}
