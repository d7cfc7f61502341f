import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EngineStartError } from './engine-errors.js';
import { enterCommand, release } from './namespaces.js';
import type { EnginePlace } from './namespaces.js';

export interface DaemonOptions {
  readonly folder: string;
  readonly place: EnginePlace;
  /** Its command line. */
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
}

/** An engine's daemon that answers. */
export interface Daemon {
  readonly pid: number;
  readonly isRunning: boolean;
  /** Sends a signal and waits for the end of the process. */
  end(signal: 'SIGTERM' | 'SIGKILL', timeoutMs: number): Promise<void>;
}

export async function startDaemon({
  folder,
  place,
  command,
  env,
  timeoutMs,
}: DaemonOptions): Promise<Daemon> {
  forgetKilledDaemons(folder, place);
  const log = openSync(join(folder, 'dockerd.log'), 'a');
  const [file, enterArgs] = enterCommand(place, ['net', 'mnt'], command);
  const child = spawn(file, enterArgs, { stdio: ['ignore', log, log], detached: true, env });
  closeSync(log);
  release(child);
  await waitUntilItAnswers(child, folder, timeoutMs);
  return {
    pid: child.pid ?? 0,
    get isRunning() {
      return !hasEnded(child);
    },
    async end(signal, endTimeoutMs) {
      if (hasEnded(child)) return;
      const ended = once(child, 'exit', { signal: AbortSignal.timeout(endTimeoutMs) });
      child.ref();
      child.kill(signal);
      try {
        await ended;
      } catch (error) {
        throw new EngineStartError(`the engine did not end in ${String(endTimeoutMs)} ms:\n${tail(folder)}`, {
          cause: error,
        });
      }
    },
  };
}

/**
 * Removes the pid files that outlive a killed daemon. Its containerd dies with it, but may stay a zombie for
 * seconds where pid 1 is slow to reap; signal 0 cannot tell, and the next dockerd would wait for it in vain.
 */
function forgetKilledDaemons(folder: string, place: EnginePlace): void {
  rmSync(join(folder, 'docker.pid'), { force: true });
  rmSync(`/proc/${String(place.holderPid)}/root/run/docker/containerd/containerd.pid`, { force: true });
}

async function waitUntilItAnswers(child: ChildProcess, folder: string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await answersPing(join(folder, 'docker.sock')))) {
    if (hasEnded(child)) throw new EngineStartError(`the engine ended while starting:\n${tail(folder)}`);
    if (Date.now() > deadline) {
      throw new EngineStartError(`the engine did not answer in ${String(timeoutMs)} ms:\n${tail(folder)}`);
    }
    await delay(10);
  }
}

function answersPing(socketPath: string): Promise<boolean> {
  return new Promise(resolve => {
    const ping = request({ socketPath, path: '/_ping', agent: false, timeout: 1000 }, reply => {
      reply.resume();
      resolve(reply.statusCode === 200);
    });
    ping.once('timeout', () => ping.destroy());
    ping.once('error', () => resolve(false));
    ping.end();
  });
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function tail(folder: string): string {
  return readFileSync(join(folder, 'dockerd.log'), 'utf8').trimEnd().split('\n').slice(-15).join('\n');
}
