import type { Family, PolicyRoute } from '../../model/routing.js';
import { parseAddress } from '../../net/address.js';
import { type Fields, wholeNumber } from './ip-output.js';
import { isOwnTable } from './own-tables.js';

const most32 = 0xffff_ffff;

/** Numbers with -N, else names; a plain route has no type at all without -d. */
const unicast: readonly unknown[] = [undefined, 'unicast', '1'];
const unreachable: readonly unknown[] = ['unreachable', '7'];

/**
 * The default routes of our tables among what `ip -j route` says of those with our number. Anything else with it is
 * somebody else's doing, and is left alone: above all what is in the main table (engine fact E22).
 */
export function readRoutes(family: Family, answer: readonly Fields[]): PolicyRoute[] {
  return answer.flatMap(fields => readRoute(family, fields) ?? []);
}

function readRoute(family: Family, fields: Fields): PolicyRoute | undefined {
  const { type, dst, dev } = fields;
  const table = wholeNumber(fields['table'], most32);
  const metric = wholeNumber(fields['metric'] ?? 0, most32);
  if (dst !== 'default' || table === undefined || !isOwnTable(table) || metric === undefined)
    return undefined;
  if (unreachable.includes(type)) return { type: 'unreachable', family, table, metric };
  const gateway = gatewayOf(family, fields['gateway']);
  if (!unicast.includes(type) || gateway === undefined || typeof dev !== 'string') return undefined;
  return { type: 'via', family, table, gateway, device: dev, metric };
}

function gatewayOf(family: Family, said: unknown): string | undefined {
  const reading = typeof said === 'string' ? parseAddress(said) : undefined;
  if (!reading?.ok || reading.address.family !== (family === 'ipv4' ? 4 : 6)) return undefined;
  return reading.address.text;
}
