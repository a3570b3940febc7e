import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LogStream } from '../../protocol/messages';
import { FILE } from '../exchange';

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

  private constructor(private readonly handle: FileHandle) {}

  static async open(exchange: string): Promise<Journal> {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
    const handle = await open(join(exchange, FILE.journal), flags, 0o600);
    const journal = new Journal(handle);
    const bytes = await handle.readFile();
    // A line without its end was being written when the relay was killed: nothing of it was sent.
    const whole = bytes.lastIndexOf('\n') + 1;
    if (whole < bytes.length) await handle.truncate(whole);
    for (const line of bytes.toString('utf8', 0, whole).split('\n').filter(Boolean)) journal.replay(line);
    return journal;
  }

  /** Not yet acknowledged, in order. */
  get pending(): readonly JournalEntry[] {
    return this.pendingEntries;
  }

  get ending(): Ending | undefined {
    return this.endingNoted;
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
    const numbered = { ...entry, sequence: this.last + 1 };
    await this.write(numbered);
    this.take(numbered);
    return numbered;
  }

  async acknowledge(sequence: number): Promise<void> {
    await this.write({ acknowledged: sequence });
    this.drop(sequence);
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

  private async write(record: object): Promise<void> {
    await this.handle.appendFile(`${JSON.stringify(record)}\n`);
  }

  private replay(text: string): void {
    const line = Line.parse(JSON.parse(text));
    if ('acknowledged' in line) this.drop(line.acknowledged);
    else if ('ending' in line) this.endingNoted ??= line.ending;
    else this.take(line);
  }

  private take(entry: JournalEntry): void {
    this.last = entry.sequence;
    this.pendingEntries.push(entry);
    if ('file' in entry) this.offsets.set(entry.file, entry.offset + entry.length);
    else this.marks.add(entry.mark);
  }

  private drop(acknowledged: number): void {
    this.pendingEntries = this.pendingEntries.filter((entry) => entry.sequence > acknowledged);
  }
}
