import { escapeLine } from '../../model/escape.js';
import type { SshEndpoint } from '../endpoint/endpoint.js';
import { EngineError, type EngineFailure } from '../failures/engine-error.js';

/** How ssh, or what it ran on the far side, ended. */
export interface SshEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

interface Row {
  readonly status?: number;
  readonly says?: RegExp;
  readonly means: EngineFailure;
  hint(login: string): string;
}

/** ssh's own failures all end with 255 and differ by text only (OpenSSH 8.4 to 10.0). First match counts. */
const rows: readonly Row[] = [
  {
    says: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    means: 'unreachable',
    hint: () =>
      'If the host was set up anew, remove its old key (ssh-keygen -R HOST); otherwise somebody may be in between.',
  },
  {
    says: /Host key verification failed|No .* host key is known/,
    means: 'unreachable',
    hint: login => `Connect once by hand and compare the host's key before you accept it: ssh ${login}`,
  },
  {
    says: /Permission denied \(|Too many authentication failures|no such identity/i,
    means: 'denied',
    hint: login => `A key without a passphrase or an agent must let you in unasked: ssh ${login} true`,
  },
  {
    says: /permission denied while trying to connect to the (Docker daemon|docker API)|dial unix .*: permission denied/i,
    means: 'denied',
    hint: () => 'On the far side that user must be in the docker group: sudo usermod -aG docker USER',
  },
  {
    says: /Cannot connect to the Docker daemon|failed to connect to the docker API|dial unix /i,
    means: 'unreachable',
    hint: () => 'Start the engine on the far side: sudo systemctl start docker',
  },
  {
    says: /Could not resolve hostname/,
    means: 'unreachable',
    hint: () => "Check the host's name, or its alias in ~/.ssh/config.",
  },
  {
    says: /Connection refused|timed out|No route to host|Network is unreachable/i,
    means: 'unreachable',
    hint: login => `Check host and port; this must work first: ssh ${login} true`,
  },
  {
    says: /is not a docker command|unknown command/,
    means: 'unreachable',
    hint: () => "The far side's docker is too old: it needs 18.09 or later.",
  },
  {
    status: 127,
    means: 'unreachable',
    hint: () =>
      'Install the docker command (18.09 or later) on the far side, in the PATH of a non-interactive login.',
  },
  { means: 'unreachable', hint: login => `This must work first: ssh ${login} docker system dial-stdio` },
];

function lastWords({ status, signal, stderr }: SshEnd): string {
  const lines = stderr.split(/\r?\n/).filter(line => line.trim() !== '' && !/^(\*\*|Warning:|@)/.test(line));
  if (lines.length > 0)
    return lines
      .slice(-3)
      .map(line => escapeLine(line))
      .join('; ');
  return signal ? `ssh was ended by ${signal}` : `ssh ended with status ${String(status)} and said nothing`;
}

export function describeSshFailure(endpoint: SshEndpoint, end: SshEnd): EngineError {
  const { user, host, port, url, origin } = endpoint;
  const login = `${port === undefined ? '' : `-p ${String(port)} `}${user === undefined ? '' : `${user}@`}${host}`;
  const row = rows.find(
    ({ status, says }) => (status ?? end.status) === end.status && (says?.test(end.stderr) ?? true),
  );
  const why = lastWords(end).replace(/\.$/, '');
  return new EngineError(`Cannot reach the engine at ${url} (${origin}): ${why}.`, {
    failure: row?.means ?? 'unreachable',
    hints: row ? [row.hint(login)] : [],
  });
}

/** ssh did not even start. */
export function describeSpawnFailure(endpoint: SshEndpoint, error: NodeJS.ErrnoException): EngineError {
  const { url, origin } = endpoint;
  const missing = error.code === 'ENOENT';
  const why = missing ? 'there is no ssh command here' : `ssh cannot be run (${error.code ?? error.message})`;
  return new EngineError(`Cannot reach the engine at ${url} (${origin}): ${why}.`, {
    failure: 'unreachable',
    hints: missing ? ['Install the OpenSSH client: sudo apt-get install openssh-client'] : [],
    cause: error,
  });
}
