import type { SshAddress } from '../endpoint/endpoint-url.js';

/**
 * The arguments for the system's ssh, much as docker gives them: it alone knows the user's keys, agent, aliases and
 * known hosts. The address is checked when it is parsed; `--` keeps the host from being read as an option.
 */
export function sshArguments({ user, host, port, path }: SshAddress): string[] {
  return [
    // A far side that is gone is noticed within a minute and a half, also where only events are awaited from it.
    ...['-o', 'ConnectTimeout=30', '-o', 'ServerAliveInterval=30', '-T'],
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...['--', host, 'docker'],
    ...(path === undefined ? [] : ['--host', `unix://${path}`]),
    ...['system', 'dial-stdio'],
  ];
}
