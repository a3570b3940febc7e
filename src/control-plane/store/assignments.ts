import type { Stage } from '../../protocol/messages';
import type { Database } from './database';
import type { AssignmentRecord } from './records';

export interface NewAssignment {
  readonly runId: string;
  readonly attempt: number;
  readonly stage: Stage;
  readonly workerId: string;
  readonly poolId: string;
  readonly sessionId: string;
  readonly createdAt: number;
  readonly startDeadline: number;
}

export class AssignmentTable {
  constructor(private readonly db: Database) {}

  /** The new fencing number, higher than any before. */
  insert(assignment: NewAssignment): number {
    const row = this.db.get<{ fence: number }>(
      `INSERT INTO assignments (runId, attempt, stage, workerId, poolId, sessionId, createdAt, startDeadline)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING fence`,
      assignment.runId,
      assignment.attempt,
      assignment.stage,
      assignment.workerId,
      assignment.poolId,
      assignment.sessionId,
      assignment.createdAt,
      assignment.startDeadline,
    );
    return Number(row?.fence);
  }

  find(runId: string, attempt: number): AssignmentRecord | undefined {
    return this.db.get('SELECT * FROM assignments WHERE runId = ? AND attempt = ?', runId, attempt);
  }

  /** The one that a worker still holds. */
  ofWorker(workerId: string): AssignmentRecord | undefined {
    return this.db.get('SELECT * FROM assignments WHERE workerId = ? AND releasedAt IS NULL', workerId);
  }

  /** The attempt of a run whose outcome is not known yet. */
  underWay(runId: string): AssignmentRecord | undefined {
    return this.db.get('SELECT * FROM assignments WHERE runId = ? AND endedAt IS NULL', runId);
  }

  allUnderWay(): AssignmentRecord[] {
    return this.db.all('SELECT * FROM assignments WHERE endedAt IS NULL ORDER BY fence');
  }

  /** Of a session: outcome known, worker not yet free. */
  unreleased(poolId: string, sessionId: string): AssignmentRecord[] {
    return this.db.all(
      'SELECT * FROM assignments WHERE poolId = ? AND sessionId = ? AND endedAt IS NOT NULL AND releasedAt IS NULL',
      poolId,
      sessionId,
    );
  }

  /** False when another Pod was faster. */
  start(fence: number, podUid: string, now: number): boolean {
    return (
      this.db.run(
        'UPDATE assignments SET startedAt = ?, podUid = ? WHERE fence = ? AND startedAt IS NULL AND endedAt IS NULL',
        now,
        podUid,
        fence,
      ) === 1
    );
  }

  end(fence: number, by: NonNullable<AssignmentRecord['endedBy']>, now: number): boolean {
    return (
      this.db.run(
        'UPDATE assignments SET endedAt = ?, endedBy = ? WHERE fence = ? AND endedAt IS NULL',
        now,
        by,
        fence,
      ) === 1
    );
  }

  release(fence: number, now: number): boolean {
    return (
      this.db.run('UPDATE assignments SET releasedAt = ? WHERE fence = ? AND releasedAt IS NULL', now, fence) === 1
    );
  }
}
