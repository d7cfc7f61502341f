import { EngineError } from '../failures/engine-error.js';

const mebibyte = 1024 * 1024;
const defaultLimits = { longest: mebibyte, hopeless: 64 * mebibyte };

export interface LineLimits {
  /** Bytes of the longest line that is read. */
  readonly longest: number;
  /** Bytes without a line break after which nothing sensible is expected any more. */
  readonly hopeless: number;
}

/**
 * Cuts what arrives into lines: a chunk may hold several or a part of one (engine fact E21). It cuts bytes, before
 * they are read as text, so that no character is ever torn. A line may be long for good reason (`exec_create` has
 * the whole command in it), and the engine would tell of it again after every reconnect: it is passed over, with no
 * more than `longest` bytes in memory, and does not end the stream.
 */
export class LineSplitter {
  readonly #limits: LineLimits;
  #kept = Buffer.allocUnsafe(4096);
  /** Of the line at hand; more than is kept where it is too long. */
  #length = 0;

  constructor(limits: LineLimits = defaultLimits) {
    this.#limits = limits;
  }

  /** The lines that end in this chunk; `undefined` for one that was too long. */
  *split(chunk: Buffer): Generator<string | undefined> {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      this.#keep(chunk.subarray(from, end));
      yield this.#take();
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
  }

  #keep(part: Buffer): void {
    const start = this.#length;
    this.#length += part.length;
    if (this.#length > this.#limits.hopeless) throw endless(this.#limits.hopeless);
    if (this.#length > this.#limits.longest) return;
    if (this.#length > this.#kept.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length, this.#kept.length * 2));
      this.#kept.copy(larger, 0, 0, start);
      this.#kept = larger;
    }
    part.copy(this.#kept, start);
  }

  #take(): string | undefined {
    const length = this.#length;
    this.#length = 0;
    return length > this.#limits.longest ? undefined : this.#kept.toString('utf8', 0, length);
  }
}

function endless(bytes: number): EngineError {
  const limit = `${String(Math.floor(bytes / mebibyte))} MB`;
  return new EngineError(`The engine's events make no sense: a line is longer than ${limit}.`, {
    failure: 'malformed',
    hints: ['Is this the address of a Docker engine?'],
  });
}
