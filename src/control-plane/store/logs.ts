import type { LogEntry, LogWriter } from '../../protocol/messages';
import type { Database } from './database';
import type { LogRecord } from './records';

type Writer = LogWriter | 'control-plane';

export class LogTable {
  constructor(private readonly db: Database) {}

  /**
   * Stores the entries that continue what is there; those above a gap are left out, repeated ones are ignored.
   * @returns the highest sequence up to which everything is stored.
   */
  append(runId: string, attempt: number, writer: Writer, entries: readonly LogEntry[]): number {
    let stored = this.lastSequence(runId, attempt, writer);
    for (const entry of [...entries].sort((a, b) => a.sequence - b.sequence)) {
      if (entry.sequence > stored + 1) break;
      this.db.run(
        `INSERT OR IGNORE INTO logs (runId, attempt, writer, sequence, time, stream, step, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        runId,
        attempt,
        writer,
        entry.sequence,
        entry.time,
        entry.stream,
        entry.step,
        entry.text,
      );
      stored = Math.max(stored, entry.sequence);
    }
    return stored;
  }

  lastSequence(runId: string, attempt: number, writer: Writer): number {
    const row = this.db.get<{ last: number | null }>(
      'SELECT max(sequence) AS last FROM logs WHERE runId = ? AND attempt = ? AND writer = ?',
      runId,
      attempt,
      writer,
    );
    return row?.last ?? 0;
  }

  /** The newest text of a writer; undefined when it has written nothing. */
  lastText(runId: string, attempt: number, writer: Writer): string | undefined {
    return this.db.get<{ text: string }>(
      'SELECT text FROM logs WHERE runId = ? AND attempt = ? AND writer = ? ORDER BY sequence DESC LIMIT 1',
      runId,
      attempt,
      writer,
    )?.text;
  }

  /** The newest records, oldest of them first. */
  readEnd(runId: string, limit: number): LogRecord[] {
    return this.db
      .all<LogRecord>(
        'SELECT id, attempt, writer, sequence, time, stream, step, text FROM logs WHERE runId = ? ORDER BY id DESC LIMIT ?',
        runId,
        limit,
      )
      .reverse();
  }

  read(runId: string, after: number, limit: number): LogRecord[] {
    return this.db.all(
      'SELECT id, attempt, writer, sequence, time, stream, step, text FROM logs WHERE runId = ? AND id > ? ORDER BY id LIMIT ?',
      runId,
      after,
      limit,
    );
  }
}
