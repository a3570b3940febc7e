import type { Logger as PinoLogger } from 'pino';
import type { Logger } from '../../../src/controller/runtime';
import type { Scheduler } from './scheduler';

/** Something that happened. */
export interface Entry {
  readonly at: number;
  readonly who: string;
  readonly what: string;
}

type Level = 'debug' | 'info' | 'warn' | 'error';

/** What happened, for people; it costs nothing while nobody reads it. */
export class Timeline {
  readonly entries: Entry[] = [];

  constructor(
    private readonly scheduler: Scheduler,
    readonly isKept: boolean,
  ) {}

  /** @param what as text, or what makes it */
  note(who: string, what: string | (() => string)): void {
    if (!this.isKept) return;
    this.entries.push({ at: this.scheduler.now, who, what: typeof what === 'string' ? what : what() });
  }

  /** The logger of a process. */
  loggerOf(who: string): PinoLogger & Logger {
    const log = (level: Level) => (fields: unknown, message?: string) =>
      this.note(who, () => `${level}: ${message ?? String(fields)}${shown(fields)}`);
    const logger = { debug: () => undefined, trace: () => undefined, fatal: log('error') };
    return { ...logger, info: log('info'), warn: log('warn'), error: log('error') } as unknown as PinoLogger & Logger;
  }
}

function shown(fields: unknown): string {
  if (typeof fields !== 'object' || fields === null) return '';
  const parts = Object.entries(fields).map(([name, value]) => `${name}=${inWords(value)}`);
  return parts.length > 0 ? ` (${parts.join(' ')})` : '';
}

function inWords(value: unknown): string {
  if (value instanceof Error) return value.message;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** As people read it: when, who, what. */
export function printed(entries: readonly Entry[]): string {
  const width = Math.max(...entries.map(({ who }) => who.length), 3);
  return entries
    .map(({ at, who, what }) => `${clockOf(at)}  ${who.padEnd(width)}  ${what.replaceAll('\n', ' ')}`)
    .join('\n');
}

function clockOf(milliseconds: number): string {
  const [minutes, rest] = [Math.floor(milliseconds / 60_000), milliseconds % 60_000];
  return `${String(minutes).padStart(3)}:${(rest / 1000).toFixed(3).padStart(6, '0')}`;
}
