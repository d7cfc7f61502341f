import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { PrivateEngine } from './private-engine.js';

const listenState = '0A';

/** Resolves when a container listens on a TCP port; a container that runs is not yet one that serves. */
export async function waitForPort(
  engine: PrivateEngine,
  container: string,
  port: number,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const { State } = await engine.api<{ State: { Pid: number; Running: boolean; Error: string } }>(
      'GET',
      `/containers/${container}/json`,
    );
    if (!State.Running)
      throw new Error(`${container} ended before it listened on port ${String(port)}: ${State.Error}`);
    if (await listens(State.Pid, port)) return;
    if (Date.now() > deadline)
      throw new Error(`${container} does not listen on port ${String(port)} after ${String(timeoutMs)} ms`);
    await delay(5);
  }
}

async function listens(pid: number, port: number): Promise<boolean> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const table of ['tcp', 'tcp6']) {
    const text = await readFile(`/proc/${String(pid)}/net/${table}`, 'utf8').catch(() => '');
    const rows = text.split('\n').map(line => line.trim().split(/\s+/));
    if (rows.some(([, local, , state]) => state === listenState && local?.endsWith(suffix))) return true;
  }
  return false;
}
