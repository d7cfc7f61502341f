import type { ByHandRouting } from './by-hand.js';
import { type Selection, compareSelections } from './rule-order.js';
import { selectionsOf } from './selections.js';
import type { Route } from '../routes/route.js';

function isSame(a: Selection, b: Selection): boolean {
  return a.to.family === b.to.family && compareSelections({ ...a, table: 0 }, { ...b, table: 0 }) === 0;
}

/**
 * What was routed by hand before and is not routed otherwise by hand now: the same destinations through another warp
 * are meant to go there from now on, and of two rules that say the same the kernel would ask the older one.
 */
export function withoutSuperseded(byHand: ByHandRouting, routes: readonly Route[]): ByHandRouting {
  const anew = routes
    .filter(({ origin }) => origin === 'command')
    .flatMap(route => selectionsOf(route, 0, routes));
  if (anew.length === 0) return byHand;
  const tables = byHand.tables.flatMap(table => {
    const selections = table.selections.filter(selection => !anew.some(other => isSame(selection, other)));
    return selections.length > 0 ? [{ ...table, selections }] : [];
  });
  return { ...byHand, tables };
}
