import { type ForeignRules, foreignLegacyRules, foreignNftRules } from './foreign-rules.js';
import type { Survey } from './survey.js';

/** What everybody else's rules do with forwarded packets, whichever language they are written in. */
export function rulesOfOthers({ tables, legacy }: Survey): ForeignRules {
  const all = [
    foreignNftRules(tables),
    ...legacy.map(({ family, lines }) => foreignLegacyRules(family, lines)),
  ];
  const dropping = all.flatMap(each => each.dropping);
  return {
    masquerades: [...new Set(all.flatMap(({ masquerades }) => masquerades))].sort(),
    dropping: [...new Map(dropping.map(each => [`${each.family} ${each.backend}`, each])).values()],
    clampsSegments: all.some(({ clampsSegments }) => clampsSegments),
  };
}
