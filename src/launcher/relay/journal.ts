import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LogStream } from '../../protocol/messages';
import { parseJson } from '../../protocol/json';
import { FILE, isFull } from '../exchange';

const Common = {
  sequence: z.number().int().positive(),
  time: z.number().int(),
  stream: LogStream,
  step: z.string(),
};
/** One numbered log entry: the relay's own text, or a range of a step's output file. */
const Entry = z.union([
  z.object({ ...Common, text: z.string(), mark: z.string() }),
  z.object({
    ...Common,
    file: z.string().regex(/^step-\d+\.(stdout|stderr)$/),
    offset: z.number().int().nonnegative(),
    length: z.number().int().positive(),
    /** Does not end with a line feed; the relay's own text after it begins a line of its own. */
    unfinished: z.boolean().optional(),
  }),
]);
export const Ending = z.object({
  cause: z.enum(['cancelled', 'run-timeout', 'logs-timeout', 'terminated']),
  message: z.string(),
  at: z.number(),
});
const Line = z.union([Entry, z.object({ acknowledged: z.number().int() }), z.object({ ending: Ending })]);

export type JournalEntry = z.infer<typeof Entry>;
export type Ending = z.infer<typeof Ending>;
type Unnumbered<T> = T extends unknown ? Omit<T, 'sequence'> : never;

/** The file, as far as the journal uses it. */
export type Journaled = Pick<FileHandle, 'readFile' | 'read' | 'appendFile' | 'truncate' | 'close'>;

/**
 * Which number stands for which piece of output. The output files are the buffer; this file, written before anything
 * is sent, makes a relay that was killed send the same pieces under the same numbers.
 */
export class Journal {
  private last = 0;
  private readonly offsets = new Map<string, number>();
  private readonly marks = new Set<string>();
  private pendingEntries: JournalEntry[] = [];
  private endingNoted: Ending | undefined;
  /** Whether the last entry ends in the middle of a line. */
  private isUnfinished = false;
  /** Where the last whole line ends. */
  private size = 0;
  /** What came after the volume was full. Only a relay that is killed and started again would miss it. */
  private readonly unwritten: string[] = [];
  /** One after the other, so that lines come in the order of their numbers. */
  private writing: Promise<void> = Promise.resolve();

  private constructor(private readonly handle: Journaled) {}

  static async open(exchange: string): Promise<Journal> {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
    return Journal.on(await open(join(exchange, FILE.journal), flags, 0o600));
  }

  /** On a file that is open for reading and appending. */
  static async on(handle: Journaled): Promise<Journal> {
    const journal = new Journal(handle);
    const bytes = await handle.readFile();
    // A line without its end was being written when the relay was killed: nothing of it was sent.
    journal.size = bytes.lastIndexOf('\n') + 1;
    if (journal.size < bytes.length) await handle.truncate(journal.size);
    for (const line of bytes.toString('utf8', 0, journal.size).split('\n').filter(Boolean)) journal.replay(line);
    return journal;
  }

  /** Not yet acknowledged, in order. */
  get pending(): readonly JournalEntry[] {
    return this.pendingEntries;
  }

  get ending(): Ending | undefined {
    return this.endingNoted;
  }

  /** Whether the volume has no room for the journal, and so for the output of the steps. */
  get volumeIsFull(): boolean {
    return this.unwritten.length > 0;
  }

  /** How much of an output file already has numbers. */
  consumed(file: string): number {
    return this.offsets.get(file) ?? 0;
  }

  said(mark: string): boolean {
    return this.marks.has(mark);
  }

  /** @returns the entry with the next number. */
  async append(entry: Unnumbered<JournalEntry>): Promise<JournalEntry> {
    this.last += 1;
    const numbered = { ...this.onOwnLine(entry), sequence: this.last };
    await this.write(numbered);
    this.take(numbered);
    return numbered;
  }

  async acknowledge(sequence: number): Promise<void> {
    await this.write({ acknowledged: sequence });
    this.drop(sequence);
  }

  /** Makes everything after `acknowledged` pending again; what cannot be found any more is marked as missing. */
  async rewind(acknowledged: number, now: number): Promise<void> {
    const reading = this.writing.then(() => this.readBack(acknowledged));
    this.writing = reading.then(
      () => undefined,
      () => undefined,
    );
    const entries = [...(await reading), ...this.pendingEntries];
    const found = new Map(entries.map((entry) => [entry.sequence, entry]));
    this.pendingEntries = [];
    let inGap = false;
    for (let sequence = acknowledged + 1; sequence <= (entries.at(-1)?.sequence ?? 0); sequence += 1) {
      const entry = found.get(sequence);
      this.pendingEntries.push(entry ?? missing(sequence, now, !inGap));
      inGap = entry === undefined;
    }
  }

  /** Keeps the first ending; says whether this was it. */
  async end(ending: Ending): Promise<boolean> {
    if (this.endingNoted !== undefined) return false;
    this.endingNoted = ending;
    await this.write({ ending });
    return true;
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  private write(record: object): Promise<void> {
    const line = `${JSON.stringify(record)}\n`;
    const written = this.writing.then(() => this.writeLine(line));
    this.writing = written.catch(() => undefined);
    return written;
  }

  private async writeLine(line: string): Promise<void> {
    if (this.volumeIsFull) {
      this.unwritten.push(line);
      return;
    }
    try {
      await this.handle.appendFile(line);
      this.size += Buffer.byteLength(line);
    } catch (error) {
      if (!isFull(error)) throw error;
      this.unwritten.push(line);
      await this.handle.truncate(this.size);
    }
  }

  private async readBack(acknowledged: number): Promise<JournalEntry[]> {
    const bytes = Buffer.alloc(this.size);
    const { bytesRead } = await this.handle.read(bytes, 0, bytes.length, 0);
    const lines = [...bytes.toString('utf8', 0, bytesRead).split('\n'), ...this.unwritten];
    return lines.flatMap((line) => {
      // A step can spoil the file; what it spoilt is missing.
      const entry = Entry.safeParse(parseJson(line));
      return entry.success && entry.data.sequence > acknowledged ? [entry.data] : [];
    });
  }

  private replay(text: string): void {
    const line = Line.parse(JSON.parse(text));
    if ('acknowledged' in line) this.drop(line.acknowledged);
    else if ('ending' in line) this.endingNoted ??= line.ending;
    else this.take(line);
  }

  private onOwnLine(entry: Unnumbered<JournalEntry>): Unnumbered<JournalEntry> {
    return 'text' in entry && this.isUnfinished ? { ...entry, text: `\n${entry.text}` } : entry;
  }

  private take(entry: JournalEntry): void {
    this.isUnfinished = 'file' in entry && entry.unfinished === true;
    this.last = Math.max(this.last, entry.sequence);
    this.pendingEntries.push(entry);
    if ('file' in entry) this.offsets.set(entry.file, entry.offset + entry.length);
    else this.marks.add(entry.mark);
  }

  private drop(acknowledged: number): void {
    this.pendingEntries = this.pendingEntries.filter((entry) => entry.sequence > acknowledged);
  }
}

/** Takes the number of an entry that is lost. */
function missing(sequence: number, time: number, isFirst: boolean): JournalEntry {
  const text = isFirst ? '[some entries of the log are missing here]\n' : '';
  return { sequence, time, stream: 'system', step: '', mark: '', text };
}
