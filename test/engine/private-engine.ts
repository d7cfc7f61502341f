import { spawn as spawnProcess } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Daemon } from './daemon.js';
import { createEngineApi } from './engine-api.js';
import type { EngineApi, Method } from './engine-api.js';
import { callerEnvironment, clientEnvironment } from './engine-environment.js';
import { prepareEngine } from './engine-parts.js';
import type { EngineOptions, EngineParts } from './engine-parts.js';
import { installEngine } from './install-engine.js';
import type { InstalledEngine } from './install-engine.js';
import { enterCommand } from './namespaces.js';
import { podmanRelease } from './releases.js';
import type { DockerRelease, Release } from './releases.js';
import { removeAllObjects } from './reset-engine.js';
import { runCommand } from './run-command.js';
import type { CommandOptions } from './run-command.js';

/** Starts an engine nobody else uses; it goes when stopped, or when this process goes. */
export async function startEngine(options: EngineOptions): Promise<PrivateEngine> {
  const parts = await prepareEngine(options);
  const engine = new PrivateEngine(parts);
  try {
    await engine.start();
    return engine;
  } catch (error) {
    await engine.stop();
    throw error;
  }
}

export class PrivateEngine {
  readonly name: string;
  readonly dir: string;
  readonly socketPath: string;
  /** For DOCKER_HOST. */
  readonly host: string;
  /** The API with archives and streams; `api` is the short way to its JSON. */
  readonly raw: EngineApi;
  readonly #parts: EngineParts;
  #installed: InstalledEngine;
  #daemon: Daemon | undefined;
  #versions = { Version: '', ApiVersion: '' };

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.#installed = parts.installed;
    this.dir = parts.folder;
    this.socketPath = join(parts.folder, 'docker.sock');
    this.host = `unix://${this.socketPath}`;
    this.raw = createEngineApi(this.socketPath);
  }

  get release(): Release {
    return this.#installed.release;
  }

  /** For programs that shall see this engine: DOCKER_HOST, and its tools first on the PATH. */
  get env(): NodeJS.ProcessEnv {
    return clientEnvironment(this.#installed, this.dir);
  }

  /** Of the daemon; another one after each start. */
  get pid(): number {
    return this.#daemon?.pid ?? 0;
  }

  get product(): 'Docker' | 'Podman' {
    return this.release === podmanRelease ? 'Podman' : 'Docker';
  }

  get version(): string {
    return this.#versions.Version;
  }

  get apiVersion(): string {
    return this.#versions.ApiVersion;
  }

  /** For nsenter --net=…, from anywhere on this machine. */
  get netnsPath(): string {
    return `/proc/${String(this.#parts.place.holderPid)}/ns/net`;
  }

  /** What the daemon has logged since the first start. */
  log(): string {
    return readFileSync(join(this.dir, 'dockerd.log'), 'utf8');
  }

  /** One call of the engine's API: JSON in, JSON out, EngineApiError when refused. */
  api<Reply = unknown>(method: Method, path: string, body?: unknown): Promise<Reply> {
    return this.raw.call<Reply>(method, path, body);
  }

  /** The docker CLI of this release (Podman brings none) against this engine; returns what it printed, trimmed. */
  async docker(...args: string[]): Promise<string> {
    return (await runCommand('docker', args, { env: this.env })).trim();
  }

  /** Runs a command inside the engine's network namespace and returns what it printed, trimmed. */
  async exec(
    command: string,
    args: readonly string[] = [],
    options: Partial<CommandOptions> = {},
  ): Promise<string> {
    const [file, enterArgs] = this.#enter(command, args);
    const env = { ...callerEnvironment(), ...this.env, ...options.env };
    return (await runCommand(file, enterArgs, { ...options, env }, [command, ...args])).trim();
  }

  /** The same for commands that live on; the engine's end is theirs too. */
  spawn(command: string, args: readonly string[] = [], options: SpawnOptions = {}): ChildProcess {
    const [file, enterArgs] = this.#enter(command, args);
    return spawnProcess(file, enterArgs, {
      ...options,
      env: { ...callerEnvironment(), ...this.env, ...options.env },
    });
  }

  /** Removes all containers, user networks and volumes; images stay. For between two test cases. */
  reset(): Promise<void> {
    return removeAllObjects(this.raw);
  }

  /** It ends as `systemctl stop` ends it (dockerd its containers too), and comes back with the same data. */
  async restart(): Promise<void> {
    await this.#daemon?.end('SIGTERM', 30_000);
    await this.start();
  }

  /**
   * As when its package is upgraded: it ends as `restart` ends it, and a later release comes back in its place, with the
   * same data, at the same socket.
   */
  async upgrade(release: DockerRelease): Promise<void> {
    const installed = await installEngine(release);
    await this.#daemon?.end('SIGTERM', 30_000);
    this.#installed = installed;
    await this.start();
  }

  /** The daemon dies on the spot; its containers live on. */
  async kill(): Promise<void> {
    await this.#daemon?.end('SIGKILL', 5000);
  }

  /** A daemon on the data of the last one, unless it still runs. */
  async start(): Promise<void> {
    if (this.#daemon?.isRunning) return;
    this.#daemon = await this.#parts.launch(this.#installed);
    this.#versions = await this.api('GET', '/version');
  }

  /** The end of the engine and of all that belongs to it. May be called again. */
  async stop(): Promise<void> {
    this.raw.close();
    await this.#parts.watchdog.dismiss();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #enter(command: string, args: readonly string[]): readonly [file: string, args: string[]] {
    return enterCommand(this.#parts.place, ['net'], [command, ...args]);
  }
}
