import { readFileSync } from 'node:fs';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot } from './cache.js';
import { startDaemon } from './daemon.js';
import { daemonArguments } from './daemon-arguments.js';
import { daemonEnvironment } from './engine-environment.js';
import { type EngineParts, prepareEngine } from './engine-parts.js';
import type { InstalledEngine } from './install-engine.js';
import { PrivateEngine } from './private-engine.js';
import { identifyProcess, isAlive } from './process-identity.js';
import { runCommand } from './run-command.js';
import { systemdRoot } from './systemd-root.js';
import { waitUntil } from './wait-until.js';

interface Link {
  readonly ifname: string;
}

const project = join(import.meta.dirname, '../..');
const bootScript = fileURLToPath(new URL('boot-systemd.sh', import.meta.url));
const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * A machine that Debian's systemd has booted, with Engine 28.5 as its docker.service and Fairlead installed as npm does
 * it. Its engine can be used as every other.
 */
export class SystemdHost implements AsyncDisposable {
  readonly engine: PrivateEngine;
  readonly #parts: EngineParts;

  constructor(engine: PrivateEngine, parts: EngineParts) {
    this.engine = engine;
    this.#parts = parts;
  }

  /** A file in there, to be read and written from here. */
  path(file: string): string {
    return `/proc/${String(this.#init)}/root${file}`;
  }

  /** Runs a command in there, as somebody who is logged in as root; gives what it printed, trimmed. */
  async run(command: string, ...args: string[]): Promise<string> {
    const enter = ['--target', String(this.#init), '--all', '--', command, ...args];
    const joined = ['-c', 'echo 0 > "$0" && exec nsenter "$@"', this.#parts.place.cgroupProcs, ...enter];
    const env = { PATH: systemPath, LC_ALL: 'C.UTF-8', HOME: '/root' };
    return (await runCommand('sh', joined, { env }, [command, ...args])).trim();
  }

  systemctl(...args: string[]): Promise<string> {
    return this.run('systemctl', ...args);
  }

  /** One property of a unit, as `systemctl show` has it. */
  property(unit: string, name: string): Promise<string> {
    return this.systemctl('show', '--value', '--property', name, unit);
  }

  /**
   * The power fails, and comes back: all processes are gone at once, and with them what was in the kernel, but for
   * what leads to the outside. Resolves when the engine answers again; what `beforehand` does is done without power.
   */
  async cutPower(beforehand: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    const init = identifyProcess(this.#init);
    await this.engine.kill();
    await waitUntil('no process is left', () => !init || !isAlive(init));
    await this.engine.exec('nft', ['flush', 'ruleset']);
    const links = JSON.parse(
      await this.engine.exec('ip', ['-json', 'link', 'show', 'type', 'bridge']),
    ) as Link[];
    for (const { ifname } of links) await this.engine.exec('ip', ['link', 'delete', ifname]);
    await beforehand();
    await this.engine.start();
  }

  /** Its systemd, as this machine numbers it: the only child of what keeps the PID namespace. */
  get #init(): number {
    const outer = String(this.engine.pid);
    return Number(readFileSync(`/proc/${outer}/task/${outer}/children`, 'utf8'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.stop();
  }
}

/** Boots one; it goes as an engine goes. */
export async function bootSystemd(): Promise<SystemdHost> {
  const root = await systemdRoot();
  const engineParts = await prepareEngine({ release: '28.5' });
  const { name, folder, installed, place } = engineParts;
  const command = ['sh', bootScript, root, folder, cacheRoot(), process.execPath];
  const env = daemonEnvironment(installed, folder);
  const parts: EngineParts = {
    ...engineParts,
    launch: () => startDaemon({ folder, place, command, env, timeoutMs: 30_000 }),
  };
  const engine = new PrivateEngine(parts);
  try {
    const settings = {
      isolated: true,
      // Where everybody looks for it. The other driver of control groups asks systemd by D-Bus, of which there is none.
      hosts: ['unix:///run/docker.sock'],
      daemonArgs: ['--exec-opt', 'native.cgroupdriver=cgroupfs'],
    };
    await install(join(folder, 'installed'), daemonArguments(folder, name, settings), installed);
    await engine.start();
    return new SystemdHost(engine, parts);
  } catch (error) {
    await engine.stop();
    throw error;
  }
}

/** What is on the machine beside Debian. */
async function install(target: string, dockerd: readonly string[], engine: InstalledEngine): Promise<void> {
  const units = join(target, 'etc/systemd/system');
  await mkdir(join(units, 'multi-user.target.wants'), { recursive: true });
  await symlink('/usr/lib/systemd/system/multi-user.target', join(units, 'default.target'));
  await writeFile(join(units, 'docker.service'), dockerUnit(dockerd, engine));
  await symlink('../docker.service', join(units, 'multi-user.target.wants/docker.service'));
  await mkdir(join(target, 'etc/fairlead'));
  await installFairlead(target);
  await cp(join(project, 'systemd'), units, { recursive: true });
}

/** Where `npm install --global` puts what `npm pack` packs. */
async function installFairlead(target: string): Promise<void> {
  const { files } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8')) as { files: string[] };
  const folder = join(target, 'usr/local/lib/node_modules/fairlead');
  await mkdir(folder, { recursive: true });
  for (const file of ['package.json', ...files]) {
    await cp(join(project, file), join(folder, file), { recursive: true });
  }
  const command = join(target, 'usr/local/bin/fairlead');
  await mkdir(dirname(command), { recursive: true });
  await symlink('../lib/node_modules/fairlead/bin/run.js', command);
}

/** Docker's own unit as far as it matters, for a daemon with arguments. */
function dockerUnit(dockerd: readonly string[], { searchPath }: InstalledEngine): string {
  return `[Unit]
Description=Docker Application Container Engine

[Service]
Type=notify
Environment=PATH=${searchPath.join(':')}:${systemPath}
ExecStart=/bin/sh -c 'exec dockerd "$$@"' dockerd ${dockerd.join(' ')}
Delegate=yes
KillMode=process
OOMScoreAdjust=-500
Restart=always
TimeoutStartSec=0

[Install]
WantedBy=multi-user.target
`;
}
