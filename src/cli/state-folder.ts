import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where Fairlead writes down what it has begun: systemd's folder, the system's for root, or the user's own. */
export function stateFolder(env: NodeJS.ProcessEnv, uid: number | undefined): string {
  const given = env['FAIRLEAD_STATE_DIR'] ?? env['STATE_DIRECTORY'];
  if (given !== undefined && given !== '') return given.split(':')[0] ?? given;
  if (uid === 0) return '/var/lib/fairlead';
  const user = env['XDG_STATE_HOME'];
  return user !== undefined && user !== ''
    ? join(user, 'fairlead')
    : join(homedir(), '.local', 'state', 'fairlead');
}
