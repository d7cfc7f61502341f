import { Errors, Flags } from '@oclif/core';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

const longestTimeout = 86_400;

const seconds = Flags.custom<number>({
  // eslint-disable-next-line @typescript-eslint/require-await -- oclif's signature
  parse: async text => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
    if (value > 0 && value <= longestTimeout) return value;
    throw new Errors.CLIError(`${text} is no number of seconds from above 0 to ${String(longestTimeout)}`);
  },
});

/** Flags that every command has, with one meaning everywhere. None has a default: what is not given is not set. */
export const globalFlags = {
  config: Flags.string({
    char: 'c',
    summary: 'The config file to use.',
    helpValue: 'FILE',
    helpGroup: 'GLOBAL',
  }),
  host: Flags.string({
    char: 'H',
    summary: 'The engine to talk to: unix://, tcp:// or ssh://, as for docker.',
    helpValue: 'URL',
    helpGroup: 'GLOBAL',
  }),
  context: Flags.string({ summary: 'The docker context to use.', helpValue: 'NAME', helpGroup: 'GLOBAL' }),
  timeout: seconds({
    summary: 'How long to wait for each answer of the engine.',
    helpValue: 'SECONDS',
    helpGroup: 'GLOBAL',
    env: 'FAIRLEAD_TIMEOUT',
  }),
  quiet: Flags.boolean({ char: 'q', summary: 'Print nothing but errors.', helpGroup: 'GLOBAL' }),
  'log-level': Flags.option({
    options: logLevels,
    summary: 'How much to tell on standard error.',
    helpGroup: 'GLOBAL',
  })(),
  'no-color': Flags.boolean({ summary: 'No colour (or set NO_COLOR).', helpGroup: 'GLOBAL' }),
};

/** The flag of every command that changes something. */
export const dryRunFlag = Flags.boolean({
  char: 'n',
  summary: 'Show what would be done, and do nothing.',
});

/** The values of the global flags, as oclif parses them. */
export interface GlobalFlags {
  readonly config?: string | undefined;
  readonly host?: string | undefined;
  readonly context?: string | undefined;
  readonly timeout?: number | undefined;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly 'log-level'?: LogLevel | undefined;
  readonly 'no-color'?: boolean | undefined;
}
