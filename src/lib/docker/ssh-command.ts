import type { SshAddress } from './endpoint-url.js';

/**
 * The arguments for the system's ssh, as docker gives them: it alone knows the user's keys, agent, aliases and
 * known hosts. The address is checked when it is parsed; `--` keeps the host from being read as an option.
 */
export function sshArguments({ user, host, port, path }: SshAddress): string[] {
  return [
    ...['-o', 'ConnectTimeout=30', '-T'],
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...['--', host, 'docker'],
    ...(path === undefined ? [] : ['--host', `unix://${path}`]),
    ...['system', 'dial-stdio'],
  ];
}
