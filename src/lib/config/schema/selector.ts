import * as z from 'zod';
import { nonEmpty } from './text.js';

const entryHelp = 'Each entry is a key, key=value, or a glob over either.';

const names = z
  .array(nonEmpty)
  .describe('Container names: a name, a glob with * and ?, or re: and a regular expression. Any of them.');
const selectorLabels = z.array(nonEmpty).describe(`Labels of the container. ${entryHelp} Any of them.`);
const env = z.array(nonEmpty).describe(`Variables of the container's environment. ${entryHelp} Any of them.`);

/** Which containers are meant. */
export const selector = z
  .strictObject({
    names: names.exactOptional(),
    labels: selectorLabels.exactOptional(),
    env: env.exactOptional(),
  })
  .describe('Which containers: any entry within a list, all lists that are given.');
