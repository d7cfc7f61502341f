import type { Log, LogFields, LogLevel } from '../model/log.js';
import { type LogFormat, logLine } from './log-line.js';

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Whether the lines go to systemd's journal, which reads priorities from them. */
  readonly journal: boolean;
  readonly write: (line: string) => void;
  readonly now: () => Date;
}

const order: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** A log that writes what is at its level or above, a line a record. */
export function createLog({ level, format, journal, write, now }: LogOptions): Log {
  const lowest = order.indexOf(level);
  const tell =
    (at: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (order.indexOf(at) < lowest) return;
      write(`${logLine({ level: at, message, fields, time: now() }, format, journal)}\n`);
    };
  return { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') };
}
