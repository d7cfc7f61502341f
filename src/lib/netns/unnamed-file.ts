import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** `__O_TMPFILE`, the same on every architecture Node runs on; Node has no name for it. */
const unnamed = 0o20_000_000 | constants.O_DIRECTORY;

/** In memory where there is such a thing; a hardened systemd unit may write to no other than /dev/shm. */
const folders = ['/dev/shm', '/tmp', '/run'] as const;

/**
 * A file without a name that holds this text and is read from its beginning. As a program's standard input it is whole
 * before the program starts: were we killed while writing to a pipe, the program would take half a line for a whole one.
 */
export async function unnamedFile(text: string): Promise<FileHandle> {
  const file = await openUnnamed();
  try {
    const data = Buffer.from(text);
    // At explicit places: the offset, which the program will share, stays at the beginning.
    for (let at = 0; at < data.length;) {
      at += (await file.write(data, at, data.length - at, at)).bytesWritten;
    }
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openUnnamed(): Promise<FileHandle> {
  let failure: unknown;
  for (const folder of folders) {
    try {
      return await open(folder, unnamed | constants.O_RDWR, 0o600);
    } catch {
      // Not every file system can (overlayfs before Linux 6.1); nor may every folder be written to.
    }
    try {
      return await openAndUnlink(join(folder, `.fairlead-${randomUUID()}`));
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function openAndUnlink(path: string): Promise<FileHandle> {
  const file = await open(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR, 0o600);
  await unlink(path);
  return file;
}
