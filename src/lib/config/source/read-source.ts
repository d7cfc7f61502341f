import { type FileHandle, open } from 'node:fs/promises';
import { extname } from 'node:path';
import { ExitCode, FairleadError } from '../../model/errors.js';
import { versionOf } from './file-version.js';
import type { Format } from './parse-text.js';
import type { Problem } from './problem.js';
import { codeOf } from '../../model/error-code.js';

/** A thousand networks with their addresses take a quarter of it. */
export const largestFile = 512 * 1024;

/** The text of a config and where it is from. */
export interface ConfigSource {
  /** As people know it: a path, or `-` for standard input. */
  readonly file: string;
  readonly text: string;
  /** Which version of the file the text is of; absent for standard input. */
  readonly version?: string;
  readonly format: Format;
  /** The key of the text that holds the config, where it is not the whole: `fairlead` of a package.json. */
  readonly property?: string;
  readonly warnings: readonly Problem[];
}

export interface ReadOptions {
  /** Our own user, where the system has such a thing. */
  readonly uid?: number | undefined;
  readonly property?: string | undefined;
}

/** Reads a config file, which must exist. Who else can write to it is judged on the file that was opened. */
export async function readSource(file: string, options: ReadOptions = {}): Promise<ConfigSource> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw unreadable(file, reasonOf(error));
  });
  try {
    // Before it is read: what is written meanwhile makes another version.
    const stats = await handle.stat({ bigint: true });
    const bytes = await readBounded(handle, file);
    return {
      file,
      text: decode(bytes, file),
      version: versionOf(stats),
      format: formatOf(file),
      ...(options.property !== undefined && { property: options.property }),
      warnings: options.uid === 0 ? ownershipWarnings(file, Number(stats.mode), Number(stats.uid)) : [],
    };
  } catch (error) {
    throw error instanceof FairleadError ? error : unreadable(file, reasonOf(error));
  } finally {
    await handle.close();
  }
}

/** Bytes from standard input or a file as text; UTF-8 it must be. */
export function decode(bytes: Uint8Array, file: string): string {
  if (bytes.length > largestFile)
    throw unreadable(file, `it is larger than ${String(largestFile / 1024)} KiB`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unreadable(file, 'it is no UTF-8 text');
  }
}

export function formatOf(file: string): Format {
  const extension = extname(file).toLowerCase();
  if (extension === '.toml') return 'toml';
  return extension === '.json' ? 'json' : 'yaml';
}

/** At most one byte more than is allowed: a device or pipe may never end. */
async function readBounded(handle: FileHandle, file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(64 * 1024));
    if (bytesRead === 0) return Buffer.concat(chunks);
    length += bytesRead;
    chunks.push(buffer.subarray(0, bytesRead));
    if (length > largestFile) return Buffer.from(decode(Buffer.concat(chunks), file));
  }
}

/** Whoever can write to a config that root acts on can have root do what they like to the network. */
function ownershipWarnings(file: string, mode: number, owner: number): Problem[] {
  const warn = (message: string): Problem => ({ file, path: [], message, severity: 'warning' });
  const warnings: Problem[] = [];
  if ((mode & 0o002) !== 0)
    warnings.push(warn('anyone can write to this file, and root acts on it (chmod o-w)'));
  if (owner !== 0) warnings.push(warn(`this file belongs to user ${String(owner)}, and root acts on it`));
  return warnings;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission is denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is no directory',
  ELOOP: 'its symbolic links go in a circle',
};

function reasonOf(error: unknown): string {
  const code = codeOf(error) ?? '';
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
}

export function unreadable(file: string, why: string): FairleadError {
  return new FairleadError(
    `The config ${file === '-' ? 'on standard input' : file} cannot be read: ${why}.`,
    {
      code: 'config-unreadable',
      exit: ExitCode.usage,
    },
  );
}
