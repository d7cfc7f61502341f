import { escapeText } from '../model/escape.js';
import type { LogFields, LogLevel } from '../model/log.js';

export type LogFormat = 'pretty' | 'text' | 'json';

export interface LogRecord {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
  readonly time: Date;
}

/** syslog's priorities, as journald reads them at the beginning of a line. */
const priorities: Readonly<Record<LogLevel, number>> = { debug: 7, info: 6, warn: 4, error: 3 };

/** A value that holds a space or a quote is quoted, so that a line can be taken apart again. */
function fieldText([key, value]: [string, string | number | boolean]): string {
  const text = escapeText(String(value));
  return `${key}=${/[\s"=]/.test(text) || text === '' ? JSON.stringify(text) : text}`;
}

function plainText({ message, fields }: LogRecord): string {
  return [escapeText(message), ...Object.entries(fields).map(fieldText)].join(' ');
}

/**
 * One record as one line. `text` is for a service: no time, which the journal knows, and the priority in front where
 * standard error is the journal. `pretty` is for a person, `json` for a program.
 */
export function logLine(record: LogRecord, format: LogFormat, journal: boolean): string {
  const { level, message, fields, time } = record;
  switch (format) {
    case 'json':
      return JSON.stringify({ ...fields, time: time.toISOString(), level, message });
    case 'text':
      return journal
        ? `<${String(priorities[level])}>${plainText(record)}`
        : `${level}: ${plainText(record)}`;
    case 'pretty':
      return `${time.toTimeString().slice(0, 8)} ${level.padEnd(5)} ${plainText(record)}`;
  }
}
