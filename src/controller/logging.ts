import { destination, pino } from 'pino';
import type { Logger } from './runtime';

/** How a line of the log is written: an object of JSON, or `key=value` pairs for people and for Loki. */
export const LOG_FORMATS = ['json', 'logfmt'] as const;

export type LogFormat = (typeof LOG_FORMATS)[number];

/** A logger on standard output. */
export function createLogger(level: string, format: LogFormat): Logger {
  if (format === 'json') return pino({ level });
  const output = destination(1);
  return pino({ level, base: null }, { write: (line) => output.write(`${logfmt(JSON.parse(line) as LogRecord)}\n`) });
}

interface LogRecord extends Readonly<Record<string, unknown>> {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly level: number;
  readonly msg?: string;
}

/** The record as `time=... level=... msg=...` and its further fields; `err.message` is one inside of an object. */
export function logfmt({ time, level, msg, ...fields }: LogRecord): string {
  const first = { time: new Date(time).toISOString(), level: pino.levels.labels[level] ?? level, msg };
  return pairs({ ...first, ...fields }).join(' ');
}

function pairs(fields: object, prefix = ''): string[] {
  return Object.entries(fields).flatMap(([key, value]: [string, unknown]) => {
    if (value === undefined) return [];
    const inner = typeof value === 'object' && value !== null && !Array.isArray(value);
    return inner ? pairs(value, `${prefix}${key}.`) : [`${prefix}${key}=${written(value)}`];
  });
}

function written(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[^\s"=\\\p{Cc}]+$/u.test(text) ? text : JSON.stringify(text);
}
