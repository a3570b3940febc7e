import type { SQLInputValue } from 'node:sqlite';
import type { WorkerRegistration } from '../../protocol/messages';
import type { Database, Row } from './database';
import type { WorkerRecord } from './records';

const SELECT = `SELECT w.*, a.runId FROM workers w LEFT JOIN assignments a ON a.workerId = w.id AND a.releasedAt IS NULL`;

export class WorkerTable {
  constructor(private readonly db: Database) {}

  /** The workers of a condition, `w` with the assignment `a` that holds it, and in its order. */
  select(where: string, ...values: SQLInputValue[]): WorkerRecord[] {
    return this.db.all<Row>(`${SELECT} WHERE ${where}`, ...values).map(toWorker);
  }

  find(id: string): WorkerRecord | undefined {
    return this.select('w.id = ?', id)[0];
  }

  /** A worker that came back under another session keeps its history; a removed one stays removed. */
  upsert(worker: WorkerRegistration, poolId: string, sessionId: string, revision: number, now: number): void {
    this.db.run(
      `INSERT INTO workers (id, poolId, sessionId, name, metadata, revision, createdAt, availableAt)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET sessionId = excluded.sessionId, name = excluded.name, metadata = excluded.metadata, revision = excluded.revision`,
      worker.id,
      poolId,
      sessionId,
      worker.name,
      JSON.stringify(worker.metadata),
      revision,
      now,
      now,
    );
    this.db.run('UPDATE assignments SET sessionId = ? WHERE workerId = ? AND releasedAt IS NULL', sessionId, worker.id);
  }

  /** Of a pool, without those that are removed; newest first. */
  listOfPool(poolId: string): WorkerRecord[] {
    return this.select('w.poolId = ? AND w.removedAt IS NULL ORDER BY w.createdAt DESC, w.id DESC', poolId);
  }

  /** Of a session, removed ones included, that changed after a revision. */
  changedInSession(poolId: string, sessionId: string, after: number): WorkerRecord[] {
    return this.select(
      'w.poolId = ? AND w.sessionId = ? AND w.revision > ? ORDER BY w.revision',
      poolId,
      sessionId,
      after,
    );
  }

  changedInPool(poolId: string, after: number): WorkerRecord[] {
    return this.select('w.poolId = ? AND w.revision > ? ORDER BY w.revision', poolId, after);
  }

  /** How many workers a pool has, and how many of them would take runs: not drained, and of a session that lives. */
  count(poolId: string, sessions: readonly string[]): { registered: number; ready: number } {
    return this.db.get<{ registered: number; ready: number }>(
      `SELECT count(*) AS registered, count(*) FILTER (WHERE drained = 0 AND retiring = 0
         AND sessionId IN (SELECT value FROM json_each(?2))) AS ready FROM workers WHERE poolId = ?1 AND removedAt IS NULL`,
      poolId,
      JSON.stringify(sessions),
    )!;
  }

  touch(id: string, revision: number): void {
    this.db.run('UPDATE workers SET revision = ? WHERE id = ?', revision, id);
  }

  setDrained(id: string, drained: boolean, revision: number): void {
    this.db.run('UPDATE workers SET drained = ?, revision = ? WHERE id = ?', drained ? 1 : 0, revision, id);
  }

  setRetiring(id: string, revision: number): void {
    this.db.run('UPDATE workers SET retiring = 1, revision = ? WHERE id = ? AND retiring = 0', revision, id);
  }

  remove(id: string, revision: number, now: number): void {
    this.db.run('UPDATE workers SET removedAt = ?, revision = ? WHERE id = ? AND removedAt IS NULL', now, revision, id);
  }

  setAvailable(id: string, revision: number, now: number): void {
    this.db.run('UPDATE workers SET availableAt = ?, revision = ? WHERE id = ?', now, revision, id);
  }

  /** Sessions that have workers. */
  sessions(): { poolId: string; sessionId: string }[] {
    return this.db.all('SELECT DISTINCT poolId, sessionId FROM workers WHERE removedAt IS NULL');
  }

  /** Forgets the workers of a session that hold no run: when it comes back it registers them again. */
  forgetIdle(poolId: string, sessionId: string): number {
    return this.db.run(
      `DELETE FROM workers WHERE poolId = ? AND sessionId = ? AND removedAt IS NULL
         AND NOT EXISTS (SELECT 1 FROM assignments a WHERE a.workerId = workers.id AND a.releasedAt IS NULL)`,
      poolId,
      sessionId,
    );
  }

  /** Forgets workers that were removed before a time, when their owners must have seen it. */
  purgeRemoved(before: number): number {
    return this.db.run('DELETE FROM workers WHERE removedAt < ?', before);
  }
}

function toWorker(row: Row): WorkerRecord {
  return {
    ...row,
    metadata: JSON.parse(row.metadata as string) as Record<string, string>,
    drained: row.drained === 1,
    retiring: row.retiring === 1,
    removed: row.removedAt !== null,
  } as unknown as WorkerRecord;
}
