import { ExitCode } from '../../model/errors.js';
import { escapeLine } from '../../model/escape.js';
import type { Family } from '../../model/routing.js';
import { parseAddress } from '../../net/address.js';
import { KernelError } from '../kernel-error.js';
import type { Expression } from './ruleset.js';

/** Addresses of both families, each canonical and sorted. */
export type AddressesByFamily = Readonly<Record<Family, readonly string[]>>;

export const families: readonly Family[] = ['ipv4', 'ipv6'];

/** What nft and its listings call the family's header. */
const headers: Readonly<Record<Family, string>> = { ipv4: 'ip', ipv6: 'ip6' };

function unusable(what: string, text: string): KernelError {
  return new KernelError(
    'refused',
    `Could not write firewall rules: ${escapeLine(text, 60)} is no ${what}.`,
    {
      exit: ExitCode.failed,
    },
  );
}

/** Whether a name can stand in a rule. The kernel allows more in names of devices, and `*` would mean several. */
export function isDeviceName(name: string): boolean {
  return /^[a-zA-Z0-9_.-]{1,15}$/.test(name);
}

/** Throws a KernelError for a name that must not get into a rule. */
export function checkedDevice(name: string): string {
  if (!isDeviceName(name)) throw unusable('name of a device', name);
  return name;
}

/** Throws a KernelError for what is no address. */
export function byFamily(addresses: readonly string[]): AddressesByFamily {
  const read = addresses.map(text => {
    const reading = parseAddress(text);
    if (!reading.ok) throw unusable('IP address', text);
    return reading.address;
  });
  const of = (family: 4 | 6): string[] =>
    [...new Set(read.filter(each => each.family === family).map(each => each.text))].sort();
  return { ipv4: of(4), ipv6: of(6) };
}

export function addressIs(family: Family, field: 'saddr' | 'daddr', among: readonly string[]): Expression {
  // nft lists a set of one as its element from some version on: that form is the same in all of them.
  const [first, ...others] = among;
  const right = others.length === 0 ? first : { set: among };
  return { match: { op: '==', left: { payload: { protocol: headers[family], field } }, right } };
}

export function deviceIs(key: 'iifname' | 'oifname', op: '==' | '!=', device: string): Expression {
  return { match: { op, left: { meta: { key } }, right: device } };
}

/** What `addressIs` says, read back; undefined for any other expression. */
export function readAddresses(expression: Expression | undefined): readonly string[] | undefined {
  const match = recordIn(expression, 'match');
  const field = recordIn(recordIn(match, 'left'), 'payload')?.['field'];
  if (field !== 'saddr' && field !== 'daddr') return undefined;
  const right = match?.['right'];
  if (typeof right === 'string') return [right];
  const set = recordIn(match, 'right')?.['set'];
  return Array.isArray(set) && set.every(each => typeof each === 'string') ? set : undefined;
}

/** Whose header an expression looks at; undefined for one that looks at none. */
export function familyOf(expression: Expression | undefined): Family | undefined {
  const payload = recordIn(recordIn(recordIn(expression, 'match'), 'left'), 'payload');
  return families.find(family => headers[family] === payload?.['protocol']);
}

/** What `deviceIs` says, read back; undefined for any other expression. */
export function readDevice(
  expression: Expression | undefined,
  key: 'iifname' | 'oifname',
): string | undefined {
  const match = recordIn(expression, 'match');
  if (recordIn(recordIn(match, 'left'), 'meta')?.['key'] !== key) return undefined;
  const right = match?.['right'];
  return typeof right === 'string' ? right : undefined;
}

export function recordIn(value: Expression | undefined, key: string): Expression | undefined {
  const inner = value?.[key];
  return typeof inner === 'object' && inner !== null && !Array.isArray(inner)
    ? (inner as Expression)
    : undefined;
}
