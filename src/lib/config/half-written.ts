import { isDeepStrictEqual } from 'node:util';
import type { FairleadConfig } from './schema.js';

/** A part of a config that can be written without the others. */
interface Part {
  /** The path of the value, or of the list it is in: where it stands in a list does not count. */
  readonly at: string;
  readonly says: string;
  readonly value: object | string | number | boolean;
}

function keyed(at: string, values: Readonly<Record<string, Part['value']>>): Part[] {
  return Object.entries(values).map(([key, value]) => ({ at: `${at}.${key}`, says: `${at}.${key}`, value }));
}

function listed(at: string, values: readonly Part['value'][]): Part[] {
  return values.map((value, index) => ({ at, says: `${at}[${String(index)}]`, value }));
}

/** The parts that passes act on. The other sections change no network, membership or route by themselves. */
function partsOf({ networks, attachments, apps, proxies, warp }: FairleadConfig): Part[] {
  const { routes, ...settings } = warp;
  return [
    ...keyed('networks', networks),
    ...listed('attachments', attachments),
    ...Object.entries(apps).flatMap(([name, app]) => [
      ...keyed(`apps.${name}.networks`, app.networks),
      ...keyed(`apps.${name}.services`, app.services),
    ]),
    ...listed('proxies', proxies),
    ...listed('warp.routes', routes),
    ...keyed('warp', settings),
  ];
}

/** Settings by which a new network or proxy undoes what Fairlead did not make. */
const undoing: Readonly<Record<string, string>> = { on_drift: 'recreate', leave: 'any' };

function undoesOthers({ value }: Part): boolean {
  return typeof value === 'object' && Object.entries(value).some(([key, given]) => undoing[key] === given);
}

/**
 * Returns the paths of the parts that make it doubtful whether a config file is written to its end. The file may still
 * lack a part of the config in force that is missing or has another value. The file may also lack the end of a new part;
 * that matters where the beginning alone could cut connections. Every other new part only adds.
 */
export function doubtfulParts(inForce: FairleadConfig, next: FairleadConfig): string[] {
  const [before, after] = [partsOf(inForce), partsOf(next)];
  const isIn = (parts: readonly Part[], { at, value }: Part): boolean =>
    parts.some(other => other.at === at && isDeepStrictEqual(other.value, value));
  const lost = before.filter(part => !isIn(after, part));
  const begun = after.filter(part => undoesOthers(part) && !isIn(before, part));
  return [...new Set([...lost, ...begun].map(({ says }) => says))];
}
