import { VisibleText, visibleLines, visibleName, type Colours } from '../../text/visible';

/** Words in colour, only where a person looks on. Each begins anew: a run may have left a colour on. */
const COLOURS = { good: 32, bad: 31, muted: 90, strong: 1 } as const;

type Stream = NodeJS.WriteStream;

export function paint(mood: keyof typeof COLOURS, text: string, stream: Stream = process.stdout): string {
  return stream.isTTY && colours() === 'kept' ? `\u001b[0;${COLOURS[mood]}m${text}\u001b[0m` : text;
}

type Row = readonly string[];

/** Rows as columns of equal width, the first row being the head, and how further rows look below them. */
export function columns(rows: readonly Row[]): { readonly text: string; readonly line: (row: Row) => string } {
  const shownIn = (row: Row) => (process.stdout.isTTY ? row.map(visibleName) : row);
  const shown = rows.map(shownIn);
  const widths = (shown[0] ?? []).map((_, column) => Math.max(...shown.map((row) => row[column]?.length ?? 0)));
  const pad = (row: Row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return { text: shown.map(pad).join('\n'), line: (row) => pad(shownIn(row)) };
}

/** Rows as columns of equal width; the first row is the head. */
export const table = (rows: readonly Row[]): string => columns(rows).text;

/** Prints text, whoever it is of: the bytes as they are to a pipe, what is harmless to a terminal. */
export function print(text: string, stream: Stream = process.stdout): void {
  stream.write(`${forPeople(text, stream)}\n`);
}

/** What a command shows: as JSON for a program that asked for it, else in words. */
export function show(flags: { readonly json?: boolean }, value: unknown, text: string): void {
  if (flags.json) printJson(value);
  else print(text);
}

function printJson(value: unknown): void {
  const text = JSON.stringify(value, null, 2);
  // JSON escapes most controls by itself; these mean the same to a program when they are escaped as well.
  const escaped = process.stdout.isTTY ? text.replace(/[\u007f-\u009f\p{Bidi_Control}]/gu, unicodeEscape) : text;
  process.stdout.write(`${escaped}\n`);
}

/** Text of others as this stream may have it. */
export function forPeople(text: string, stream: Stream): string {
  return stream.isTTY ? visibleLines(text, colours()) : text;
}

/** As `forPeople`, for text that comes in pieces. */
export function piecesForPeople(stream: Stream): Pick<VisibleText, 'write' | 'end'> {
  return stream.isTTY ? new VisibleText(colours()) : { write: (text) => text, end: () => '' };
}

function colours(): Colours {
  return process.env.NO_COLOR ? 'dropped' : 'kept';
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Seconds since the epoch as people read them. */
export function when(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
