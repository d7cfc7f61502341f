export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What belongs to a line beside its message. */
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** Where Fairlead tells what it does; never where its results go. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
