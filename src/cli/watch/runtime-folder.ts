import { join } from 'node:path';

/** Where a running watch can be asked how it goes: systemd's folder, the system's for root, or the session's. */
export function runtimeFolder(env: NodeJS.ProcessEnv, uid: number | undefined): string | undefined {
  const given = env['FAIRLEAD_RUNTIME_DIR'] ?? env['RUNTIME_DIRECTORY'];
  if (given !== undefined && given !== '') return given.split(':')[0];
  if (uid === 0) return '/run/fairlead';
  return env['XDG_RUNTIME_DIR'] ? join(env['XDG_RUNTIME_DIR'], 'fairlead') : undefined;
}

const name = /^watch-\d+\.sock$/;

export function socketName(pid: number): string {
  return `watch-${String(pid)}.sock`;
}

export function isSocketName(file: string): boolean {
  return name.test(file);
}
