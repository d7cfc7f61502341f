import { mkdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../lib/model/errors.js';
import type { Log } from '../../lib/model/log.js';
import { type HealthServerOptions, startHealthServer } from '../../lib/watch/metrics/health-server.js';
import type { WatchReport } from '../../lib/watch/watch-report.js';
import { runtimeFolder, socketName } from './runtime-folder.js';

/** Answers `fairlead status`. A watch that cannot be asked works as well as any other. */
export async function serveStatus(
  report: () => WatchReport,
  health: HealthServerOptions['health'],
  log: Log,
): Promise<() => Promise<void>> {
  const folder = runtimeFolder(process.env, process.getuid?.());
  if (folder === undefined) return () => Promise.resolve();
  const path = join(folder, socketName(process.pid));
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const server = await startHealthServer({ address: { path }, health, status: report });
    return async () => {
      await server.close();
      await unlink(path).catch(() => undefined);
    };
  } catch (error) {
    log.debug('fairlead status will not see this watch', { path, why: messageOf(error) });
    return () => Promise.resolve();
  }
}
