import type { Database, Row } from './database';
import type { RunRecord, RunState } from './records';

const SELECT = 'SELECT r.*, s.name AS stackName FROM runs r JOIN stacks s ON s.id = r.stackId';

/** States in which a tracked run keeps the stack's next one waiting. */
const IN_PROGRESS = `('PREPARING', 'PLANNING', 'UNCONFIRMED', 'CONFIRMED', 'PREPARING_APPLY', 'APPLYING')`;

/** A queued run that no other run of its stack holds up. */
const RUNNABLE = `(r.state = 'CONFIRMED' OR (r.state = 'QUEUED' AND (r.type <> 'TRACKED' OR NOT EXISTS (
  SELECT 1 FROM runs o WHERE o.stackId = r.stackId AND o.type = 'TRACKED'
    AND (o.state IN ${IN_PROGRESS} OR (o.state = 'QUEUED' AND o.position < r.position))))))`;

/** What a change of state sets beside the state. */
export type RunChange = Partial<
  Pick<
    RunRecord,
    'attempt' | 'hasChanges' | 'reason' | 'message' | 'exitCode' | 'stopReason' | 'workspace' | 'finishedAt'
  >
>;

export class RunTable {
  constructor(private readonly db: Database) {}

  insert(run: Pick<RunRecord, 'id' | 'stackId' | 'poolId' | 'type' | 'autoDeploy' | 'source' | 'createdAt'>): void {
    this.db.run(
      `INSERT INTO runs (id, stackId, poolId, type, state, autoDeploy, source, createdAt, updatedAt)
       VALUES (?, ?, ?, ?, 'QUEUED', ?, ?, ?, ?)`,
      run.id,
      run.stackId,
      run.poolId,
      run.type,
      run.autoDeploy ? 1 : 0,
      run.source,
      run.createdAt,
      run.createdAt,
    );
  }

  find(id: string): RunRecord | undefined {
    const row = this.db.get<Row>(`${SELECT} WHERE r.id = ?`, id);
    return row && toRun(row);
  }

  /** Newest first. */
  list(filter: { stackId?: string; poolId?: string; limit: number }): RunRecord[] {
    return this.db
      .all<Row>(
        `${SELECT} WHERE (?1 IS NULL OR r.stackId = ?1) AND (?2 IS NULL OR r.poolId = ?2) ORDER BY r.position DESC LIMIT ?3`,
        filter.stackId ?? null,
        filter.poolId ?? null,
        filter.limit,
      )
      .map(toRun);
  }

  /** The next runs to be assigned: confirmed ones first, then in the order in which they were queued. */
  runnable(poolId: string, limit: number): RunRecord[] {
    return this.db
      .all<Row>(
        `${SELECT} WHERE r.poolId = ? AND ${RUNNABLE} ORDER BY r.state = 'CONFIRMED' DESC, r.position LIMIT ?`,
        poolId,
        limit,
      )
      .map(toRun);
  }

  countRunnable(poolId: string): number {
    return Number(this.db.get<Row>(`SELECT count(*) AS n FROM runs r WHERE r.poolId = ? AND ${RUNNABLE}`, poolId)?.n);
  }

  countUnfinished(poolId: string): number {
    return Number(
      this.db.get<Row>('SELECT count(*) AS n FROM runs WHERE poolId = ? AND finishedAt IS NULL', poolId)?.n,
    );
  }

  countUnfinishedOfStack(stackId: string): number {
    return Number(
      this.db.get<Row>('SELECT count(*) AS n FROM runs WHERE stackId = ? AND finishedAt IS NULL', stackId)?.n,
    );
  }

  /** The run of the same stack that keeps a queued one waiting. */
  holding(run: RunRecord): RunRecord | undefined {
    if (run.type !== 'TRACKED' || run.state !== 'QUEUED') return undefined;
    const row = this.db.get<Row>(
      `${SELECT} WHERE r.stackId = ?1 AND r.type = 'TRACKED' AND (r.state IN ${IN_PROGRESS} OR (r.state = 'QUEUED'
         AND r.position < (SELECT position FROM runs WHERE id = ?2))) ORDER BY r.position LIMIT 1`,
      run.stackId,
      run.id,
    );
    return row && toRun(row);
  }

  /** Moves a run on, only if it still is where the caller saw it; false when somebody else was faster. */
  advance(id: string, from: RunState, to: RunState, change: RunChange, now: number): boolean {
    const columns = Object.keys(change) as (keyof RunChange)[];
    const sets = ['state = ?', 'updatedAt = ?', ...columns.map((column) => `${column} = ?`)];
    const values = columns.map((column) => toColumn(change[column]));
    const sql = `UPDATE runs SET ${sets.join(', ')} WHERE id = ? AND state = ? RETURNING id`;
    return this.db.get(sql, to, now, ...values, id, from) !== undefined;
  }

  setStopReason(id: string, reason: string, now: number): void {
    this.db.run(
      'UPDATE runs SET stopReason = ?, stopAskedAt = ?, updatedAt = ? WHERE id = ? AND stopReason IS NULL',
      reason,
      now,
      now,
      id,
    );
  }

  setWorkspace(id: string, blob: string): void {
    this.db.run('UPDATE runs SET workspace = ? WHERE id = ?', blob, id);
  }

  /** Blobs that are still needed. */
  workspacesInUse(): string[] {
    return this.db
      .all<{ workspace: string }>('SELECT workspace FROM runs WHERE workspace IS NOT NULL')
      .map((row) => row.workspace);
  }

  sourcesInUse(): string[] {
    return this.db
      .all<{ source: string }>(
        'SELECT source FROM stacks WHERE source IS NOT NULL UNION SELECT source FROM runs WHERE finishedAt IS NULL',
      )
      .map((row) => row.source);
  }
}

function toColumn(value: RunChange[keyof RunChange]): string | number | null {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value ?? null;
}

function toRun(row: Row): RunRecord {
  return {
    ...row,
    autoDeploy: row.autoDeploy === 1,
    hasChanges: row.hasChanges === null ? null : row.hasChanges === 1,
  } as unknown as RunRecord;
}
