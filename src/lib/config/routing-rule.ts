import { parsePrefix, type Prefix } from '../net/prefix.js';
import { ruleWords } from './rule-words.js';
import type { RuleDeclaration } from './schema.js';

export type Protocol = 'tcp' | 'udp' | 'icmp';

/** Both ends belong to it; one port is a range of one. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** What is routed: a destination, and of it one protocol or some of its ports. */
export interface RoutingRule {
  readonly to: Prefix;
  readonly protocol?: Protocol;
  readonly ports?: readonly PortRange[];
}

export interface RuleRefusal {
  readonly ok: false;
  readonly why: string;
  readonly allowed: string;
  readonly suggestion?: string;
}

export type RuleReading = { readonly ok: true; readonly rule: RoutingRule } | RuleRefusal;

export const ruleGrammar = '"CIDR [tcp|udp|icmp [PORTS]]", such as "10.0.0.0/8 tcp 80-443"';
const portForms = 'ports from 1 to 65535: 443, 80-443, or 80,443,8000-8999';
/** More ranges than any rule needs; each becomes a rule of the kernel's. */
const mostRanges = 15;

/**
 * Reads a rule that a file, a flag or a container's label gives. Labels are written by strangers: what is not
 * exactly the grammar is refused, and only typed values go on from here.
 */
export function readRoutingRule(declared: RuleDeclaration): RuleReading {
  if (typeof declared !== 'string') return build(declared.to, declared.protocol, declared.ports);
  const reading = readText(declared);
  if (reading.ok) return reading;
  const meant = meantRule(declared);
  return meant === undefined ? reading : { ...reading, suggestion: meant };
}

function readText(declared: string): RuleReading {
  const [to = '', protocol, ports, ...rest] = declared.split(' ');
  if (rest.length > 0 || declared.length > 200) return refuse('is no routing rule', ruleGrammar);
  if (isProtocol(to.toLowerCase())) return refuse('does not begin with its destination', ruleGrammar);
  return build(to, protocol, ports);
}

/** The rule that a text which is none was probably meant as. */
export function meantRule(text: string): string | undefined {
  const words = ruleWords(text);
  if (!words) return undefined;
  const prefix = parsePrefix(words.to);
  const to = prefix.ok ? words.to : (prefix.suggestion ?? words.to);
  const reading = build(to, words.protocol, words.ports);
  return reading.ok ? formatRoutingRule(reading.rule) : undefined;
}

/** The canonical text of a rule. */
export function formatRoutingRule({ to, protocol, ports }: RoutingRule): string {
  const ranges = ports?.map(({ first, last }) =>
    first === last ? String(first) : `${String(first)}-${String(last)}`,
  );
  return [to.text, protocol, ranges?.join(',')].filter(part => part !== undefined).join(' ');
}

/** Whether two rules say the same of some ports; of ranges that only meet, the narrower one counts. */
function sharePorts(a: readonly PortRange[] | undefined, b: readonly PortRange[] | undefined): boolean {
  if (!a || !b) return a === b;
  return a.some(({ first, last }) => b.some(other => first === other.first && last === other.last));
}

/** Whether it cannot be told which of two rules counts; otherwise the narrower one does. */
export function isSameSelector(a: RoutingRule, b: RoutingRule): boolean {
  return a.to.text === b.to.text && a.protocol === b.protocol && sharePorts(a.ports, b.ports);
}

function build(to: string, protocol: string | undefined, ports: string | number | undefined): RuleReading {
  const prefix = parsePrefix(to);
  if (!prefix.ok) {
    const suggestion = prefix.suggestion === undefined ? {} : { suggestion: prefix.suggestion };
    return { ...refuse(`has a destination that ${prefix.why}`, ruleGrammar), ...suggestion };
  }
  if (protocol === undefined) {
    if (ports !== undefined) return refuse('has ports without a protocol', 'tcp or udp beside the ports');
    return { ok: true, rule: { to: prefix.prefix } };
  }
  if (!isProtocol(protocol)) return refuse('has a protocol that is none of tcp, udp, icmp', ruleGrammar);
  if (ports === undefined) return { ok: true, rule: { to: prefix.prefix, protocol } };
  if (protocol === 'icmp') return refuse('has ports, which ICMP has not', '"CIDR icmp" without ports');
  const ranges = readPorts(String(ports));
  return Array.isArray(ranges) ? { ok: true, rule: { to: prefix.prefix, protocol, ports: ranges } } : ranges;
}

function isProtocol(text: string): text is Protocol {
  return text === 'tcp' || text === 'udp' || text === 'icmp';
}

function readPorts(text: string): PortRange[] | RuleRefusal {
  const parts = text.split(',');
  if (parts.length > mostRanges) return refuse(`has more than ${String(mostRanges)} port ranges`, portForms);
  const ranges: PortRange[] = [];
  for (const part of parts) {
    const [, first = '', last = first] = /^([1-9]\d{0,4})(?:-([1-9]\d{0,4}))?$/.exec(part) ?? [];
    if (first === '' || Number(first) > 65_535 || Number(last) > 65_535)
      return refuse(`has ports that are none${text.length > 40 ? '' : ` ("${text}")`}`, portForms);
    if (Number(first) > Number(last)) return refuse('has a port range that ends before it begins', portForms);
    ranges.push({ first: Number(first), last: Number(last) });
  }
  return ranges;
}

function refuse(why: string, allowed: string): RuleRefusal {
  return { ok: false, why, allowed };
}
