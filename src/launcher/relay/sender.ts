import { Backoff, sleep, type Clock } from '../../time';
import type { LogEntry } from '../../protocol/messages';
import { CallError } from '../client';
import type { LauncherClient } from '../client';
import { openOrdinary } from '../exchange';
import type { Logger } from '../logger';
import { PAUSES, retrying } from '../retry';
import type { Bell } from './bell';
import { PIECE } from './cut';
import type { Journal, JournalEntry } from './journal';
import type { Mask } from './mask';

/** Most entries and, roughly, bytes of one request; the latter bounds the relay's memory. */
const BATCH = { entries: 200, bytes: 16 * PIECE };

export interface SenderOptions {
  readonly client: LauncherClient;
  readonly journal: Journal;
  readonly exchange: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Rung when the journal grew. */
  readonly grown: Bell;
  /** Whether a failure is tried again that is final for others. */
  readonly alsoRetry: (error: CallError) => boolean;
}

/** Sends the journal's entries until they are acknowledged, for as long as that takes. */
export class Sender {
  private mask: Mask | undefined;
  private hear: ((entry: LogEntry) => void) | undefined;
  private idle: (() => void)[] = [];
  private most = BATCH.entries;
  private heard = 0;
  /** Between two requests of which the second would be the first once more. */
  private readonly backoff = new Backoff(PAUSES);

  constructor(private readonly options: SenderOptions) {}

  /** Output is sent only when it is known what must be hidden in it. */
  useMask(mask: Mask): void {
    this.mask = mask;
    this.options.grown.ring();
  }

  /** Has every entry, masked as it was sent, handed on once it is acknowledged. */
  onAcknowledged(hear: (entry: LogEntry) => void): void {
    this.hear = hear;
  }

  /** Runs until the signal aborts. @throws CallError when the control plane refuses for good (`fenced`). */
  async run(signal: AbortSignal): Promise<void> {
    const { journal, grown } = this.options;
    while (!signal.aborted) {
      if (this.mask !== undefined && journal.pending.length > 0) {
        await this.sendBatch(this.mask, signal);
        continue;
      }
      if (journal.pending.length === 0) this.idle.splice(0).forEach((resolve) => resolve());
      await grown.wait(signal);
    }
  }

  /** Resolves when everything in the journal is acknowledged. */
  async flushed(): Promise<void> {
    if (this.options.journal.pending.length === 0) return;
    await new Promise<void>((resolve) => {
      this.idle.push(resolve);
      this.options.grown.ring();
    });
  }

  private async sendBatch(mask: Mask, signal: AbortSignal): Promise<void> {
    const { client, journal, clock, logger, alsoRetry } = this.options;
    const entries: LogEntry[] = [];
    let bytes = 0;
    for (const entry of journal.pending) {
      if (entries.length >= this.most || bytes >= BATCH.bytes) break;
      entries.push(await this.load(entry, mask));
      bytes += 'length' in entry ? entry.length : entry.text.length;
    }
    try {
      const acknowledged = await retrying(() => client.logs('relay', entries, signal), {
        clock,
        signal,
        alsoRetry,
        onTrouble: (error) => logger.warn(`${error.message} The log is kept and sent later.`),
        onRecovery: () => logger.info('The control plane answers again; the log goes on where it stopped.'),
      });
      await this.settle(entries, acknowledged, signal);
    } catch (error) {
      if (!(error instanceof CallError) || error.kind !== 'too-large' || entries.length === 1) throw error;
      this.most = Math.ceil(entries.length / 2);
    }
  }

  /** What is acknowledged is done with; a control plane that lost a part of the log gets that part again. */
  private async settle(entries: readonly LogEntry[], acknowledged: number, signal: AbortSignal): Promise<void> {
    const { journal, clock, logger } = this.options;
    const first = entries[0]?.sequence ?? 0;
    if (acknowledged < first - 1) {
      logger.warn(`The control plane has lost the log from entry ${acknowledged + 1} on; it is sent again.`);
      await journal.rewind(acknowledged, clock.now());
    } else {
      await journal.acknowledge(acknowledged);
    }
    for (const entry of entries) {
      if (entry.sequence > acknowledged || entry.sequence <= this.heard) continue;
      this.heard = entry.sequence;
      this.hear?.(entry);
    }
    if (acknowledged >= first) this.backoff.reset();
    else await sleep(clock, this.backoff.next(), signal);
  }

  private async load(entry: JournalEntry, mask: Mask): Promise<LogEntry> {
    const { sequence, time, stream, step } = entry;
    const text = 'text' in entry ? entry.text : await this.read(entry, mask);
    return { sequence, time, stream, step, text };
  }

  private async read(entry: Extract<JournalEntry, { file: string }>, mask: Mask): Promise<string> {
    const handle = await openOrdinary(this.options.exchange, entry.file);
    const bytes = Buffer.alloc(entry.length);
    const bytesRead = (await handle?.read(bytes, 0, entry.length, entry.offset))?.bytesRead ?? 0;
    await handle?.close();
    if (bytesRead === entry.length) return mask.text(bytes);
    const missing = `[${entry.length - bytesRead} bytes of output are missing here: the step removed or shortened ${entry.file}]\n`;
    return mask.text(bytes.subarray(0, bytesRead)) + missing;
  }
}
