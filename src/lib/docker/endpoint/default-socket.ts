import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../model/error-code.js';

export interface DefaultSocket {
  readonly path: string;
  readonly origin: string;
}

export interface DefaultSocketRequest {
  readonly env: NodeJS.ProcessEnv;
  readonly homeDir: string;
  readonly defaultSocket?: string;
}

/** docker's default socket, or, if there is none, where a rootless engine or Docker Desktop listens. */
export async function findDefaultSocket(request: DefaultSocketRequest): Promise<DefaultSocket> {
  const { env, homeDir, defaultSocket = '/var/run/docker.sock' } = request;
  if (await isAbsent(defaultSocket)) {
    const rootless = env.XDG_RUNTIME_DIR && join(env.XDG_RUNTIME_DIR, 'docker.sock');
    if (rootless && (await isSocket(rootless))) return { path: rootless, origin: "the rootless engine's" };
    const desktop = join(homeDir, '.docker', 'run', 'docker.sock');
    if (await isSocket(desktop)) return { path: desktop, origin: "Docker Desktop's" };
  }
  return { path: defaultSocket, origin: 'the default' };
}

/** What we may not look at is there: the connection will say why it fails. */
async function isAbsent(path: string): Promise<boolean> {
  try {
    await stat(path);
    return false;
  } catch (error) {
    const code = codeOf(error);
    return code === 'ENOENT' || code === 'ENOTDIR';
  }
}

async function isSocket(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isSocket();
  } catch {
    return false;
  }
}
