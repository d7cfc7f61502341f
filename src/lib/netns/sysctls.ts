import { ExitCode } from '../model/errors.js';
import { escapeLine } from '../model/escape.js';
import type { Sysctls } from '../model/namespace.js';
import { KernelError } from './kernel-error.js';
import type { OpenNamespace } from './open-namespace.js';
import type { RunTool } from './tools.js';

const net = '/proc/sys/net';
/** Read and set where the replies of published ports are marked. */
export const acceptMarks = `${net}/ipv4/tcp_fwmark_accept`;
const whole = [
  'ipv4/ip_forward',
  'ipv6/conf/all/forwarding',
  'ipv6/conf/all/disable_ipv6',
  'ipv4/tcp_fwmark_accept',
] as const;
/** Has what an interface that comes later begins with. */
const later = 'default';
const perInterface = [
  'forwarding',
  'accept_redirects',
  'send_redirects',
  'rp_filter',
  'src_valid_mark',
] as const;

type PerInterface = (typeof perInterface)[number];

/** In a path, and in the heading that says which file it is: no slash, no line break. */
const plainName = /^[a-zA-Z0-9_.-]{1,15}$/;

/**
 * Reads them inside the namespace: /proc/sys/net shows that of whoever looks. One process for all, and each with its
 * name beside it, for a kernel without IPv6 has some of them not.
 */
export async function readSysctls(
  run: RunTool,
  within: OpenNamespace,
  interfaces: readonly string[],
  signal?: AbortSignal,
): Promise<Sysctls> {
  const names = interfaces.filter(name => name !== 'lo' && plainName.test(name));
  const paths = [
    ...whole,
    ...['all', later, ...names].flatMap(name => perInterface.map(key => `ipv4/conf/${name}/${key}`)),
  ];
  const args = ['-v', '-n', '1', ...paths.map(path => `${net}/${path}`)];
  const { stdout, stderr } = await run({ tool: 'head', args, within }, signal);
  const values = readHeaded(stdout);
  if (!values.has(`${net}/ipv4/ip_forward`)) throw unreadable(stderr);
  return summarize(path => values.get(`${net}/${path}`) ?? 0, names);
}

/** `==> PATH <==`, and below it the number. */
function readHeaded(stdout: string): ReadonlyMap<string, number> {
  const entries = stdout.matchAll(/^==> (\S+) <==\n(\d+)$/gm);
  return new Map([...entries].map(([, path = '', value]) => [path, Number(value)]));
}

/** What is in force, from the value for all and each interface's own (the kernel's ip-sysctl.rst says how). */
function summarize(read: (path: string) => number, names: readonly string[]): Sysctls {
  const of = (name: string, key: PerInterface): number => read(`ipv4/conf/${name}/${key}`);
  const isAny = (key: PerInterface): boolean =>
    of('all', key) !== 0 || names.some(name => of(name, key) !== 0);
  const filters = names.map(name => Math.max(of('all', 'rp_filter'), of(name, 'rp_filter')));
  return {
    ipv4Forwarding: read('ipv4/ip_forward') !== 0,
    ipv6Forwarding: read('ipv6/conf/all/forwarding') !== 0,
    ipv6Disabled: read('ipv6/conf/all/disable_ipv6') !== 0,
    acceptRedirects: [later, ...names].some(name => {
      const pair = [of('all', 'accept_redirects') !== 0, of(name, 'accept_redirects') !== 0];
      // A host heeds them if either says so, a router only if both do.
      return of(name, 'forwarding') === 0 ? pair.includes(true) : !pair.includes(false);
    }),
    sendRedirects: isAny('send_redirects'),
    reversePathFilter: filters.includes(1) ? 1 : filters.includes(2) ? 2 : 0,
    srcValidMark:
      of('all', 'src_valid_mark') !== 0 ||
      (names.length > 0 && names.every(name => of(name, 'src_valid_mark') !== 0)),
    acceptsMarks: read('ipv4/tcp_fwmark_accept') !== 0,
  };
}

function unreadable(stderr: string): KernelError {
  return new KernelError('no-answer', `Could not read ${net} in a container: ${escapeLine(stderr)}.`, {
    exit: ExitCode.failed,
  });
}
