import {
  type Family,
  mainTable,
  type Mark,
  type PolicyRule,
  type PortSpan,
  routeProtocol,
} from '../../model/routing.js';
import { parsePrefix } from '../../net/prefix.js';
import { type Fields, wholeNumber } from './ip-output.js';
import { protocolOf } from './rule-protocol.js';

const unknown = 'unknown';
const most32 = 0xffff_ffff;

/** By name where `ip` is too old for -N: the three tables that have one everywhere. */
const tableNames: Readonly<Record<string, number>> = { local: 255, main: mainTable, default: 253 };

/** What a rule of ours may have beside its priority and our number. */
const readable: ReadonlySet<string> = new Set([
  ...['priority', 'protocol', 'src', 'dst', 'dstlen', 'ipproto', 'dport', 'dport_start', 'dport_end'],
  ...['fwmark', 'fwmask', 'table', 'suppress_prefixlen'],
]);

/** The rules with our number among what `ip -j rule` says; every other rule is as if it were not there. */
export function readRules(family: Family, answer: readonly Fields[]): PolicyRule[] {
  return answer
    .filter(({ protocol }) => protocol === String(routeProtocol))
    .map(rule => readRule(family, rule));
}

function readRule(family: Family, fields: Fields): PolicyRule {
  const table = tableOf(fields['table']);
  const to = destinationOf(family, fields);
  const protocol = fields['ipproto'] === undefined ? undefined : protocolOf(family, fields['ipproto']);
  const ports = portsOf(fields);
  const mark = markOf(fields);
  const suppress =
    fields['suppress_prefixlen'] === undefined ? undefined : wholeNumber(fields['suppress_prefixlen'], 128);
  const isKnown =
    Object.keys(fields).every(key => readable.has(key)) &&
    fields['src'] === 'all' &&
    table !== undefined &&
    [to, protocol, ports, mark].every(part => part !== unknown) &&
    (fields['ipproto'] === undefined || protocol !== undefined) &&
    (fields['suppress_prefixlen'] === undefined || suppress !== undefined);
  return {
    family,
    priority: wholeNumber(fields['priority'], most32) ?? 0,
    ...(to !== undefined && to !== unknown && { to }),
    ...(protocol && { protocol }),
    ...(ports && ports !== unknown && { ports }),
    ...(mark && mark !== unknown && { mark }),
    table: table ?? 0,
    ...(suppress !== undefined && { suppressPrefixLength: suppress }),
    ...(!isKnown && { unknown: true }),
  };
}

function tableOf(value: unknown): number | undefined {
  if (typeof value === 'string' && Object.hasOwn(tableNames, value)) return tableNames[value];
  return wholeNumber(value, most32, 1);
}

/** A text that is no network of this family stands for a selector that was not understood. */
function destinationOf(family: Family, { dst, dstlen }: Fields): string | undefined {
  if (dst === undefined) return undefined;
  const longest = family === 'ipv4' ? 32 : 128;
  const length = wholeNumber(dstlen ?? longest, longest);
  const reading = parsePrefix(`${typeof dst === 'string' ? dst : ''}/${String(length)}`);
  return reading.ok && reading.prefix.family === (family === 'ipv4' ? 4 : 6) ? reading.prefix.text : unknown;
}

function portsOf({ dport, dport_start, dport_end }: Fields): PortSpan | typeof unknown | undefined {
  if ((dport ?? dport_start ?? dport_end) === undefined) return undefined;
  const first = wholeNumber(dport ?? dport_start, 65_535);
  const last = wholeNumber(dport ?? dport_end, 65_535);
  return first === undefined || last === undefined ? unknown : { first, last };
}

function markOf({ fwmark, fwmask }: Fields): Mark | typeof unknown | undefined {
  if (fwmark === undefined) return undefined;
  const value = hexadecimal(fwmark);
  const mask = fwmask === undefined ? most32 : hexadecimal(fwmask);
  return value === undefined || mask === undefined ? unknown : { value, mask };
}

function hexadecimal(value: unknown): number | undefined {
  return typeof value === 'string' && /^0x[\da-f]{1,8}$/i.test(value) ? Number(value) : undefined;
}
