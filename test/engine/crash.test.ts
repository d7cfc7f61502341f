import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { findTraces } from './engine-traces.js';
import type { EngineMark } from './engine-traces.js';
import { sweepEngines } from './sweep-engines.js';
import { waitUntil } from './wait-until.js';

interface Owner {
  readonly mark: EngineMark;
  die(): Promise<void>;
}

/** A process with an engine with containers, one running, one paused, one coming back whenever it ends. */
async function startOwner(...args: readonly string[]): Promise<Owner> {
  const script = fileURLToPath(new URL('crash-owner.ts', import.meta.url));
  const owner = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(owner.stdout), 'line')) as [string];
  return {
    mark: JSON.parse(line) as EngineMark,
    async die() {
      const ended = once(owner, 'exit');
      owner.kill('SIGKILL');
      await ended;
    },
  };
}

describe('A private engine whose owner is killed', () => {
  it('vanishes: processes, containers, mounts, network namespace, cgroups and folder', async () => {
    const owner = await startOwner();
    expect(findTraces(owner.mark)).to.not.be.empty;
    await owner.die();
    await waitUntil('the engine is gone', () => findTraces(owner.mark).length === 0);
  });

  it('vanishes with the systemd that it is a service of', async () => {
    const owner = await startOwner('systemd');
    expect(findTraces(owner.mark)).to.not.be.empty;
    await owner.die();
    await waitUntil('all of it is gone', () => findTraces(owner.mark).length === 0);
  });

  it('vanishes at the next start when its watchdog was killed as well', async () => {
    const owner = await startOwner();
    killWatchdog(owner.mark.folder);
    await owner.die();
    expect(findTraces(owner.mark)).to.not.be.empty;
    sweepEngines();
    expect(findTraces(owner.mark)).to.deep.equal([]);
  });
});

/** The shell with the engine's folder for argument and watch-owner.sh for program. */
function killWatchdog(folder: string): void {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
  const watchdogs = pids.filter(pid => {
    try {
      const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return args.includes(folder) && args.some(arg => arg.endsWith('watch-owner.sh'));
    } catch {
      return false;
    }
  });
  expect(watchdogs).to.have.lengthOf(1);
  process.kill(Number(watchdogs[0]), 'SIGKILL');
}
