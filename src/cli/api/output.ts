import { stringify } from 'lossless-json';
import { Document, Scalar, visit } from 'yaml';
import { VisibleText, visibleLines, visibleName, type Colours } from '../../text/visible';
import { widthOf } from './width';

/*
 * The one way to standard output and standard error: whatever a command prints, wherever that came from, is harmless to a
 * terminal, and looks the same in a pipe. Logs and states alone go to a pipe as they are, because they are somebody's data.
 */

/** Words in colour, only where a person looks on. Each begins anew: a run may have left a colour on. */
const COLOURS = { good: 32, bad: 31, warning: 33, muted: 90, strong: 1 } as const;

export type Mood = keyof typeof COLOURS;

type Stream = NodeJS.WriteStream;

type Row = readonly string[];

/** Rows as columns of equal width, the first row being the head, and how further rows look below them. */
export function columns(rows: readonly Row[]): { readonly text: string; readonly line: (row: Row) => string } {
  const shown = rows.map((row) => row.map(visibleName));
  const widths = (shown[0] ?? []).map((_, column) => Math.max(...shown.map((row) => widthOf(row[column] ?? ''))));
  const pad = (row: Row) =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))))
      .join('  ')
      .trimEnd();
  return { text: shown.map(pad).join('\n'), line: (row) => pad(row.map(visibleName)) };
}

/** Rows as columns of equal width; the first row is the head. */
export const table = (rows: readonly Row[]): string => columns(rows).text;

/** Prints lines of text, whoever they are of. */
export function print(text: string, stream: Stream = process.stdout, mood?: Mood): void {
  stream.write(`${paint(mood, visibleLines(text), stream)}\n`);
}

/** The same of names, each on a line. */
export function printNames(names: readonly string[]): void {
  for (const name of names) print(visibleName(name));
}

/** How data for programs is written: JSON over several lines or on one, YAML by itself or as one document of several. */
export type DataFormat = 'json' | 'json-line' | 'yaml' | 'yaml-document';

/** Prints data for a program: it means what it meant, and what would steer a terminal is escaped. */
export function printData(value: unknown, format: DataFormat): void {
  process.stdout.write(`${dataText(value, format).replace(STEERING, unicodeEscape)}\n`);
}

/** What JSON and YAML do not escape by themselves, or not always. */
const STEERING = /[\u007f-\u009f\u2028\u2029\p{Bidi_Control}]/gu;

function dataText(value: unknown, format: DataFormat): string {
  // Whole numbers may be larger than JSON.stringify takes.
  if (format === 'json') return stringify(value, null, 2) ?? '';
  if (format === 'json-line') return stringify(value) ?? '';
  const text = yamlText(value).trimEnd();
  return format === 'yaml' ? text : `---\n${text}`;
}

/** Only what stands between double quotes can have escapes. */
function yamlText(value: unknown): string {
  const document = new Document(value);
  visit(document, {
    Scalar(_, scalar) {
      if (typeof scalar.value === 'string' && scalar.value.search(STEERING) >= 0) scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString();
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

interface Pieces {
  write(piece: string): string;
  end(): string;
}

const UNCHANGED: Pieces = { write: (piece) => piece, end: () => '' };

/** Text that comes in pieces: as it is to a pipe, harmless to a terminal, with its colours. */
export class PrintedPieces {
  private readonly pieces: Pieces;

  /** @param piped what becomes of it where no person looks on. @default - nothing */
  constructor(
    private readonly stream: Stream = process.stdout,
    private readonly mood?: Mood,
    piped: Pieces = UNCHANGED,
  ) {
    this.pieces = stream.isTTY ? new VisibleText(colours()) : piped;
  }

  write(piece: string): void {
    const shown = this.pieces.write(piece);
    if (shown !== '') this.stream.write(paint(this.mood, shown, this.stream));
  }

  /** Leaves no colour on for what others print next. */
  end(): void {
    this.stream.write(this.pieces.end());
  }
}

/** Words of our own in colour, to a terminal that wants them. */
export function paint(mood: Mood | undefined, text: string, stream: Stream = process.stdout): string {
  return mood !== undefined && stream.isTTY && colours() === 'kept'
    ? `\u001b[0;${COLOURS[mood]}m${text}\u001b[0m`
    : text;
}

function colours(): Colours {
  return process.env.NO_COLOR || process.env.TERM === 'dumb' ? 'dropped' : 'kept';
}

/** Seconds since the epoch as people read them. */
export function when(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
