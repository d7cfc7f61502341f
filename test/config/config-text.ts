import { examine, type Examination } from '../../src/lib/config/examine.js';
import type { Override } from '../../src/lib/config/settings.js';
import type { Format } from '../../src/lib/config/source/parse-text.js';

/** Looks at a text as if it were the file `c`. */
export function examineText(
  text: string,
  format: Format = 'yaml',
  overrides: readonly Override[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Examination> {
  return examine({ file: 'c', text, format, warnings: [] }, overrides, env);
}
