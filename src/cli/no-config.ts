import { UsageError } from '../lib/model/errors.js';

/**
 * Without a config nothing is declared, and all that Fairlead made would go: more likely it was started in the wrong
 * folder. `networks: {}` says so on purpose.
 */
export function noConfig(
  message = 'There is no config, and without one nothing is declared.',
  alternatives: readonly string[] = [],
): UsageError {
  return new UsageError(message, [
    'Name one with --config FILE, or make one with fairlead init.',
    'Looked for fairlead.yaml, .yml, .toml, .json and the like here, in ~/.config/fairlead and in /etc/fairlead.',
    ...alternatives,
  ]);
}
