import { type Diagnosis, note, problem } from './diagnosis.js';
import type { Facts } from './facts.js';

/** Two watches of one config do the same twice; of two configs, each takes back what only the other declares. */
export function examineWatches({ watches, engine }: Facts): Diagnosis[] {
  const here = watches.filter(watch => watch.engine === engine.url);
  const [first, ...others] = here;
  if (!first || others.length === 0) return [];
  const who = here.map(({ pid, config }) => `pid ${String(pid)} (${config})`).join(', ');
  const says = `${String(here.length)} watches keep this engine: ${who}`;
  const fixes = ['Stop all but one: one config describes one host.'];
  return [
    others.every(({ config }) => config === first.config)
      ? note('watch', says, fixes)
      : problem('watch', says, fixes),
  ];
}
