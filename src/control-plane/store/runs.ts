import type { SQLInputValue } from 'node:sqlite';
import type { Database, Row } from './database';
import type { RunRecord, RunState } from './records';

const SELECT = 'SELECT r.*, s.name AS stackName FROM runs r JOIN stacks s ON s.id = r.stackId';

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
    return this.select('r.id = ?', id)[0];
  }

  /** Newest first. */
  list(filter: { stackId?: string; poolId?: string; limit: number }): RunRecord[] {
    return this.select(
      '(?1 IS NULL OR r.stackId = ?1) AND (?2 IS NULL OR r.poolId = ?2) ORDER BY r.position DESC LIMIT ?3',
      filter.stackId ?? null,
      filter.poolId ?? null,
      filter.limit,
    );
  }

  /** The runs of a condition, `r`, and in its order. */
  select(where: string, ...values: SQLInputValue[]): RunRecord[] {
    return this.db.all<Row>(`${SELECT} WHERE ${where}`, ...values).map(toRun);
  }

  count(where: string, ...values: SQLInputValue[]): number {
    return Number(this.db.get<Row>(`SELECT count(*) AS n FROM runs r WHERE ${where}`, ...values)?.n);
  }

  countUnfinished(poolId: string): number {
    return this.count('r.poolId = ? AND r.finishedAt IS NULL', poolId);
  }

  countUnfinishedOfStack(stackId: string): number {
    return this.count('r.stackId = ? AND r.finishedAt IS NULL', stackId);
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
