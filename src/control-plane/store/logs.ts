import { sql } from 'kysely';
import type { LogEntry, LogWriter } from '../../protocol/messages';
import type { LogRecord } from './records';
import { Statement } from './statement';
import { chunks, Table } from './table';

type Writer = LogWriter | 'control-plane';

/** What the control plane writes itself: numbered as it stands in the log, since nobody has to acknowledge it. */
export type OwnEntry = Omit<LogEntry, 'sequence'>;

const COLUMNS = ['position as id', 'attempt', 'writer', 'sequence', 'time', 'stream', 'step', 'text'] as const;

/** How much a record takes, without reading it into this process. */
const SIZE = ['position', sql<number>`length(text)`.as('size')] as const;

export class LogTable extends Table {
  /**
   * Stores the entries that continue what is there; those above a gap are left out, repeated ones are ignored.
   * @param keep false: takes them, and keeps nothing of them
   * @returns the highest sequence up to which everything is taken, whether they are the first of their writer, and what
   * the log holds then, in bytes, if it grew.
   */
  async append(
    runId: string,
    attempt: number,
    writer: Writer,
    entries: readonly LogEntry[],
    keep = true,
  ): Promise<{ readonly sequence: number; readonly isFirst: boolean; readonly logBytes?: number }> {
    const known = await this.lastSequence(runId, attempt, writer);
    const fresh: LogEntry[] = [];
    for (const entry of [...entries].sort((a, b) => a.sequence - b.sequence)) {
      const last = fresh.at(-1)?.sequence ?? known;
      if (entry.sequence > last + 1) break;
      if (entry.sequence > last) fresh.push(entry);
    }
    if (fresh.length === 0) return { sequence: known, isFirst: false };
    const isFirst = known === 0;
    const sequence = known + fresh.length;
    await this.db
      .insertInto('logWriters')
      .values({ runId, attempt, writer, sequence })
      .onConflict((conflict) => conflict.columns(['runId', 'attempt', 'writer']).doUpdateSet({ sequence }))
      .execute();
    if (!keep) return { sequence, isFirst };
    const { logPosition, logBytes } = await this.takePositions(runId, fresh);
    await this.insert(runId, attempt, writer, logPosition - fresh.length + 1, fresh);
    return { sequence, isFirst, logBytes };
  }

  /** Adds an entry of the control plane's own. */
  async add(runId: string, attempt: number, entry: OwnEntry): Promise<void> {
    await Promise.all([this.takePositions(runId, [entry]), this.addNext(runId, attempt, entry)]);
  }

  /** The same at the position that the run has last taken for its log. */
  async addNext(runId: string, attempt: number, entry: OwnEntry): Promise<void> {
    await this.rows(LogTable.added, { runId, attempt, ...entry });
  }

  private static readonly added = new Statement((logs: LogTable, of: OwnEntry & { runId: string; attempt: number }) =>
    logs.db.insertInto('logs').values((eb) => {
      const position = eb
        .selectFrom('runs')
        .select('runs.logPosition')
        .where('runs.id', '=', of.runId)
        .$asScalar()
        .$notNull();
      return {
        runId: of.runId,
        position,
        attempt: of.attempt,
        writer: 'control-plane',
        sequence: position,
        time: of.time,
        stream: of.stream,
        step: of.step,
        text: of.text,
      };
    }),
  );

  private async insert(
    runId: string,
    attempt: number,
    writer: Writer,
    first: number,
    entries: readonly LogEntry[],
  ): Promise<void> {
    const rows = entries.map((entry, index) => ({
      runId,
      position: first + index,
      attempt,
      writer,
      sequence: entry.sequence,
      time: entry.time,
      stream: entry.stream,
      step: entry.step,
      text: entry.text,
    }));
    for (const chunk of chunks(rows)) await this.db.insertInto('logs').values(chunk).execute();
  }

  /** The row of the run is held from here on: its records become visible in the order of their positions. */
  private async takePositions(runId: string, entries: readonly Pick<LogEntry, 'text'>[]) {
    const bytes = entries.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    const taken = await this.row(LogTable.positions, { runId, count: entries.length, bytes });
    if (!taken) throw new Error(`run ${runId} is not in the database`);
    return taken;
  }

  private static readonly positions = new Statement(
    (logs: LogTable, { runId, count, bytes }: { runId: string; count: number; bytes: number }) =>
      logs.db
        .updateTable('runs')
        .set((eb) => ({ logPosition: eb('logPosition', '+', count), logBytes: eb('logBytes', '+', bytes) }))
        .where('id', '=', runId)
        .returning(['logPosition', 'logBytes']),
  );

  async lastSequence(runId: string, attempt: number, writer: Writer): Promise<number> {
    const row = await this.locked(
      this.db
        .selectFrom('logWriters')
        .select('sequence')
        .where('runId', '=', runId)
        .where('attempt', '=', attempt)
        .where('writer', '=', writer),
    ).executeTakeFirst();
    return row?.sequence ?? 0;
  }

  /** The newest text of a writer; undefined when it has written nothing. */
  async lastText(runId: string, attempt: number, writer: Writer): Promise<string | undefined> {
    const row = await this.db
      .selectFrom('logs')
      .select('text')
      .where('runId', '=', runId)
      .where('attempt', '=', attempt)
      .where('writer', '=', writer)
      .orderBy('position', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row?.text;
  }

  /** The newest records, oldest of them first: at most so many, with so many characters. */
  async readEnd(runId: string, limit: number, characters?: number): Promise<LogRecord[]> {
    const newest = this.ofRun(runId).orderBy('position', 'desc');
    if (characters === undefined)
      return ((await newest.select(COLUMNS).limit(limit).execute()) as LogRecord[]).reverse();
    const fitting = fittingOf(await newest.select(SIZE).limit(limit).execute(), characters);
    const [to = 0, from = 0] = [fitting[0], fitting.at(-1)];
    return this.between(runId, from, to);
  }

  /** Those after a position: at most so many, with so many characters, and one at least where there is one. */
  async read(runId: string, after: number, limit: number, characters?: number): Promise<LogRecord[]> {
    const next = this.ofRun(runId).where('position', '>', after).orderBy('position');
    if (characters === undefined) return (await next.select(COLUMNS).limit(limit).execute()) as LogRecord[];
    const fitting = fittingOf(await next.select(SIZE).limit(limit).execute(), characters);
    const [from = 0, to = 0] = [fitting[0], fitting.at(-1)];
    return this.between(runId, from, to);
  }

  private async between(runId: string, from: number, to: number): Promise<LogRecord[]> {
    const query = this.ofRun(runId).where('position', '>=', from).where('position', '<=', to).orderBy('position');
    return (await query.select(COLUMNS).execute()) as LogRecord[];
  }

  /** Forgets the logs of runs that ended before a time, so many runs at once; the runs stay. @returns how many. */
  async deleteOfRunsEndedBefore(time: number, runs: number): Promise<number> {
    const old = await this.db
      .selectFrom('runs')
      .select('id')
      .where('finishedAt', '<', time)
      // As a literal, so that SQLite sees that its index has all of them.
      .where(sql<boolean>`"logPosition" > 0`)
      .orderBy('finishedAt')
      .limit(runs)
      .execute();
    if (old.length === 0) return 0;
    const ids = old.map(({ id }) => id);
    await this.delete(ids);
    await this.db.updateTable('runs').set({ logPosition: 0, logBytes: 0 }).where('id', 'in', ids).execute();
    return ids.length;
  }

  async delete(runIds: readonly string[]): Promise<void> {
    if (runIds.length === 0) return;
    await this.db.deleteFrom('logs').where('runId', 'in', runIds).execute();
    await this.db.deleteFrom('logWriters').where('runId', 'in', runIds).execute();
  }

  private ofRun(runId: string) {
    return this.db.selectFrom('logs').where('runId', '=', runId);
  }
}

/** Positions of the first records that have so many characters together, and of the first in any case. */
function fittingOf(rows: readonly { position: number; size: number }[], characters: number): number[] {
  let sum = 0;
  const fitting: number[] = [];
  for (const { position, size } of rows) {
    sum += Number(size);
    if (sum > characters && fitting.length > 0) break;
    fitting.push(Number(position));
  }
  return fitting;
}
