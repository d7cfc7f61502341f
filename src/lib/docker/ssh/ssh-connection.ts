import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { kill } from 'node:process';
import { Duplex, type Readable, type Writable } from 'node:stream';
import type { SshEndpoint } from '../endpoint/endpoint.js';
import { sshArguments } from './ssh-command.js';
import { describeSpawnFailure, describeSshFailure } from './ssh-failure.js';

/** How much of what ssh says is kept: its last words are the ones that tell. */
const stderrLimit = 8192;
/** From the first sign of an end to all signs of it; then ssh is killed. */
const endGraceMs = 2000;

/**
 * One connection to an engine: the standard streams of an ssh, with as much of net.Socket as Node's HTTP client
 * asks for. When ssh fails the stream ends with an EngineError that says why, never with a bare EPIPE.
 */
export class SshConnection extends Duplex {
  /** As in net.Socket; the agent compares it before it hands the connection to the next request. */
  timeout = 0;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #endpoint: SshEndpoint;
  #stderr = '';
  #idleTimer: NodeJS.Timeout | undefined;
  #killTimer: NodeJS.Timeout | undefined;

  constructor(endpoint: SshEndpoint) {
    super({ allowHalfOpen: false });
    this.#endpoint = endpoint;
    // A session of its own, as docker does: Ctrl-C at the terminal must not cut a call in two, and without a
    // terminal ssh cannot wait for a password.
    const child = spawn('ssh', sshArguments(endpoint), {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child = child;
    child.once('error', error => {
      this.destroy(describeSpawnFailure(endpoint, error));
    });
    child.once('exit', (status, signal) => {
      this.#afterExit(status, signal);
    });
    // The end of ssh tells more than the broken pipe that announces it.
    child.stdin.on('error', () => {
      this.#expectExit();
    });
    child.stdout.on('data', (chunk: Buffer) => {
      this.#touch();
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stdout.once('end', () => {
      this.#expectExit();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-stderrLimit);
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#touch();
    this.#child.stdin.write(chunk, encoding, error => {
      if (!error) done();
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#child.stdin.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#idleTimer);
    this.#kill('SIGTERM');
    this.#expectExit();
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) stream.destroy();
    done(error);
  }

  setTimeout(ms: number, listener?: () => void): this {
    clearTimeout(this.#idleTimer);
    this.timeout = ms;
    this.#idleTimer = ms > 0 ? setTimeout(() => this.emit('timeout'), ms).unref() : undefined;
    if (listener) {
      if (ms > 0) this.once('timeout', listener);
      else this.removeListener('timeout', listener);
    }
    return this;
  }

  /** A pipe has neither; ssh has its own (ServerAliveInterval). */
  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    for (const each of this.#handles()) each.ref();
    return this;
  }

  /** An idle connection does not keep the process; when that ends, so does ssh, by the end of its input. */
  unref(): this {
    for (const each of this.#handles()) each.unref();
    return this;
  }

  #handles(): readonly { ref(): unknown; unref(): unknown }[] {
    const { stdin, stdout, stderr } = this.#child;
    return [this.#child, ...([stdin, stdout, stderr] as unknown as Socket[])];
  }

  #touch(): void {
    this.#idleTimer?.refresh();
  }

  #expectExit(): void {
    if (this.#ended()) return;
    this.#killTimer ??= setTimeout(() => {
      this.#kill('SIGKILL');
    }, endGraceMs).unref();
  }

  /** Its last words may still be in the pipe, which a master of ControlPersist may hold open for good. */
  #afterExit(status: number | null, signal: NodeJS.Signals | null): void {
    clearTimeout(this.#killTimer);
    const { stdout, stderr } = this.#child;
    const patience = setTimeout(() => stderr.destroy(), endGraceMs).unref();
    const open = new Set([stdout, stderr].filter(stream => !stream.closed));
    const settle = (): void => {
      if (open.size > 0) return;
      clearTimeout(patience);
      if (status === 0) this.push(null);
      else this.destroy(describeSshFailure(this.#endpoint, { status, signal, stderr: this.#stderr }));
    };
    for (const stream of open) {
      stream.once('close', () => {
        open.delete(stream);
        settle();
      });
    }
    settle();
  }

  #ended(): boolean {
    const { pid, exitCode, signalCode } = this.#child;
    return pid === undefined || exitCode !== null || signalCode !== null;
  }

  #kill(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#ended()) return;
    try {
      // The whole group: a ProxyCommand would outlive its ssh.
      kill(-pid, signal);
    } catch {
      this.#child.kill(signal);
    }
  }
}
