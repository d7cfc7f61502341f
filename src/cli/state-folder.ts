import { homedir } from 'node:os';
import { join } from 'node:path';

/** As root, and where the unit looks that puts the guard in force at the boot. */
const systemFolder = '/var/lib/fairlead';

/** The first of a list of folders; undefined where it is not set, or set to nothing. */
function firstOf(list: string | undefined): string | undefined {
  return list === undefined || list === '' ? undefined : list.split(':')[0];
}

/** Where Fairlead writes down what it has begun: systemd's folder, the system's for root, or the user's own. */
export function stateFolder(env: NodeJS.ProcessEnv, uid: number | undefined): string {
  const given = firstOf(env['FAIRLEAD_STATE_DIR'] ?? env['STATE_DIRECTORY']);
  if (given !== undefined) return given;
  if (uid === 0) return systemFolder;
  const user = env['XDG_STATE_HOME'];
  return user !== undefined && user !== ''
    ? join(user, 'fairlead')
    : join(homedir(), '.local', 'state', 'fairlead');
}

/** Where the guard is for the next boot: whoever asks, it is root's. */
export function bootFolder(env: NodeJS.ProcessEnv): string {
  return firstOf(env['FAIRLEAD_STATE_DIR']) ?? systemFolder;
}
