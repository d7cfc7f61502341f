import { open } from 'node:fs/promises';
import type { ToolResult } from './tools.js';

/**
 * Whether a switch below /proc/sys cannot be written from here, whatever rights there are: engines mount it read-only in
 * containers. It is opened and not written. What is below /proc/sys/net shows that of whoever looks, but by one mount.
 */
export async function isUnwritable(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'r+');
    await file.close();
    return false;
  } catch {
    return true;
  }
}

/** Whether that is why a tool failed, and not that nsenter was refused a namespace. */
export function saysUnwritable({ stderr }: ToolResult): boolean {
  return /^(?!nsenter:).*\/proc\/sys\/.*(?:Read-only file system|Permission denied|Operation not permitted)$/m.test(
    stderr,
  );
}
