import { sql, type Selectable } from 'kysely';
import type { Stage } from '../../protocol/messages';
import type { AssignmentRecord } from './records';
import type { AssignmentRow } from './schema';
import { leaseCount, type LeaseCount, type LeaseReading } from './lease-clock';
import { Statement } from './statement';
import { chunks, inPages, Table } from './table';

/** How many numbers of a run's attempts, by which its Pods are named, are left free for those that came after a backup that was restored. */
export const FREE_ATTEMPTS = 10;

export interface NewAssignment {
  /** @default - the next */
  readonly fence?: number;
  readonly runId: string;
  readonly attempt: number;
  readonly stage: Stage;
  readonly workerId: string;
  readonly poolId: string;
  readonly sessionId: string;
  readonly createdAt: number;
  readonly startDeadline: number;
  readonly madeLease: number;
}

/** Readings of the lease clock. */
export interface RiskLimits {
  readonly sessionHeardBefore: number;
  readonly madeBefore: number;
  readonly relayHeardBefore: number;
}

export interface AtRisk {
  readonly assignment: AssignmentRecord;
  readonly sessionHeardLease: number | null;
  /** When the newest sync of its session saw its Pod; null when it did not. */
  readonly syncedLease: number | null;
}

export class AssignmentTable extends Table {
  /** The new fencing number, higher than any before. */
  async insert(assignment: NewAssignment): Promise<number> {
    const { fence, ...rest } = assignment;
    const inserted =
      fence === undefined
        ? await this.row(AssignmentTable.insertedNext, rest)
        : await this.db.insertInto('assignments').values(assignment).returning('fence').executeTakeFirst();
    return inserted!.fence;
  }

  private static readonly insertedNext = new Statement((table: AssignmentTable, made: Omit<NewAssignment, 'fence'>) =>
    table.db
      .insertInto('assignments')
      .values({
        runId: made.runId,
        attempt: made.attempt,
        stage: made.stage,
        workerId: made.workerId,
        poolId: made.poolId,
        sessionId: made.sessionId,
        createdAt: made.createdAt,
        startDeadline: made.startDeadline,
        madeLease: made.madeLease,
        runnerImage: imageFor(made.runId),
      })
      .returning('fence'),
  );

  async isTaken(fence: number): Promise<boolean> {
    const row = await this.db.selectFrom('assignments').select('fence').where('fence', '=', fence).executeTakeFirst();
    return row !== undefined;
  }

  private static readonly looked = new Statement((table: AssignmentTable, of: { runId: string; attempt: number }) =>
    table
      .all()
      .select((eb) => [
        eb.selectFrom('leaseClock').select('leaseClock.reading').as('reading'),
        eb.selectFrom('leaseClock').select('leaseClock.restoredLease').as('restoredLease'),
      ])
      .where('runId', '=', of.runId)
      .where('attempt', '=', of.attempt),
  );

  async find(runId: string, attempt: number): Promise<AssignmentRecord | undefined> {
    return (await this.look(runId, attempt))?.assignment;
  }

  /** With what the lease clock shows. */
  async look(
    runId: string,
    attempt: number,
  ): Promise<{ readonly assignment: AssignmentRecord; readonly clock: LeaseReading } | undefined> {
    const row = await this.row(AssignmentTable.looked, { runId, attempt });
    if (!row) return undefined;
    const { reading, restoredLease, ...assignment } = row;
    return { assignment: toAssignment(assignment), clock: { reading: reading ?? 0, restoredLease } };
  }

  /** Oldest first. */
  async ofRun(runId: string): Promise<AssignmentRecord[]> {
    const rows = await this.all().where('runId', '=', runId).orderBy('attempt').execute();
    return rows.map(toAssignment);
  }

  /** The one that a worker still holds. */
  async ofWorker(workerId: string): Promise<AssignmentRecord | undefined> {
    const row = await this.all().where('workerId', '=', workerId).where('releasedAt', 'is', null).executeTakeFirst();
    return row && toAssignment(row);
  }

  /** The attempt of a run whose outcome is not known yet. */
  async underWay(runId: string): Promise<AssignmentRecord | undefined> {
    const row = await this.all().where('runId', '=', runId).where('endedAt', 'is', null).executeTakeFirst();
    return row && toAssignment(row);
  }

  /** Of a session: what its workers hold. */
  async unreleased(poolId: string, sessionId: string): Promise<AssignmentRecord[]> {
    return inPages<AssignmentRecord>(async (last, size) => {
      const rows = await this.all()
        .where('poolId', '=', poolId)
        .where('sessionId', '=', sessionId)
        .where('releasedAt', 'is', null)
        .where('fence', '>', last?.fence ?? 0)
        .orderBy('fence')
        .limit(size)
        .execute();
      return rows.map(toAssignment);
    });
  }

  /** False when another Pod was faster. */
  async start(fence: number, podUid: string, now: number, reading: number): Promise<boolean> {
    const started = await this.db
      .updateTable('assignments')
      .set({ startedAt: now, podUid, startedLease: reading, heardLease: reading })
      .where('fence', '=', fence)
      .where('startedAt', 'is', null)
      .where('endedAt', 'is', null)
      .returning('fence')
      .executeTakeFirst();
    return started !== undefined;
  }

  async heard(fence: number, reading: number): Promise<void> {
    await this.db.updateTable('assignments').set({ heardLease: reading }).where('fence', '=', fence).execute();
  }

  /** Gives the Pods of all that are under way their whole lease again. */
  async renew(reading: number): Promise<void> {
    await this.db
      .updateTable('assignments')
      .set({ heardLease: reading })
      .where('endedAt', 'is', null)
      .where('startedAt', 'is not', null)
      .execute();
  }

  /** Marks those whose Pods a sync named. */
  async observed(fences: readonly number[], sync: number): Promise<void> {
    for (const chunk of chunks(fences)) {
      await this.db.updateTable('assignments').set({ observedSync: sync }).where('fence', 'in', chunk).execute();
    }
  }

  /** Those under way whose lease may have run out, with what their sessions said; only the one with a fence, if given. */
  async atRisk(limits: RiskLimits, fence?: number): Promise<AtRisk[]> {
    const rows = await this.db
      .selectFrom('assignments as a')
      .leftJoin('sessions as s', (join) =>
        join.onRef('s.poolId', '=', 'a.poolId').onRef('s.sessionId', '=', 'a.sessionId'),
      )
      .selectAll('a')
      .select(['s.heardLease as sessionHeardLease', 's.syncs', 's.syncedLease'])
      .where('a.endedAt', 'is', null)
      .$if(fence !== undefined, (query) => query.where('a.fence', '=', fence!))
      .where((eb) =>
        eb.or([
          eb.and([
            eb('a.startedAt', 'is', null),
            eb.or([
              eb(eb.fn.coalesce('s.heardLease', 'a.madeLease'), '<', limits.sessionHeardBefore),
              eb('a.madeLease', '<', limits.madeBefore),
            ]),
          ]),
          eb.and([
            eb('a.startedAt', 'is not', null),
            eb(eb.fn.coalesce('a.heardLease', 'a.startedLease', 'a.madeLease'), '<', limits.relayHeardBefore),
          ]),
        ]),
      )
      .orderBy('a.fence')
      .execute();
    return rows.map(({ sessionHeardLease, syncs, syncedLease, ...row }) => ({
      assignment: toAssignment(row),
      sessionHeardLease,
      syncedLease: row.observedSync !== null && row.observedSync === syncs ? syncedLease : null,
    }));
  }

  /** The leases of those that have started and not ended, a part of them heard of before a reading. */
  async leases(before: number): Promise<LeaseCount> {
    const row = await this.db
      .selectFrom('assignments')
      .select((eb) => {
        const heard = eb.fn.coalesce('heardLease', 'startedLease', 'madeLease');
        return [
          eb.fn.countAll().as('all'),
          eb.fn.count(eb.case().when(heard, '<', before).then(1).end()).as('heardBefore'),
          eb.fn.min(heard).as('oldest'),
        ];
      })
      .where('endedAt', 'is', null)
      .where('startedAt', 'is not', null)
      .executeTakeFirstOrThrow();
    return leaseCount(row);
  }

  /** The workers came back under another session, with what they hold. */
  async moveToSession(workerIds: readonly string[], sessionId: string): Promise<void> {
    for (const chunk of chunks(workerIds)) {
      await this.db
        .updateTable('assignments')
        .set({ sessionId })
        .where('workerId', 'in', chunk)
        .where('releasedAt', 'is', null)
        .where('sessionId', '!=', sessionId)
        .execute();
    }
  }

  async end(fence: number, by: NonNullable<AssignmentRecord['endedBy']>, now: number): Promise<boolean> {
    const ended = await this.db
      .updateTable('assignments')
      .set({ endedAt: now, endedBy: by })
      .where('fence', '=', fence)
      .where('endedAt', 'is', null)
      .returning('fence')
      .executeTakeFirst();
    return ended !== undefined;
  }

  async release(fence: number, now: number): Promise<boolean> {
    return (await this.row(AssignmentTable.released, { fence, now })) !== undefined;
  }

  private static readonly released = new Statement((table: AssignmentTable, of: { fence: number; now: number }) =>
    table.db
      .updateTable('assignments')
      .set({ releasedAt: of.now })
      .where('fence', '=', of.fence)
      .where('releasedAt', 'is', null)
      .returning('fence'),
  );

  private all() {
    return this.db.selectFrom('assignments').selectAll();
  }
}

/** An apply has the image of its plan, whatever its stack has got since; a plan that never began has what there is now. */
const imageFor = (runId: string) => sql<string>`COALESCE(
  (SELECT "planned"."runnerImage" FROM "assignments" AS "planned"
    WHERE "planned"."runId" = ${runId} AND "planned"."stage" = 'preparing' AND "planned"."startedAt" IS NOT NULL
    ORDER BY "planned"."attempt" DESC LIMIT 1),
  (SELECT COALESCE("runs"."runnerImage", "stacks"."runnerImage", '') FROM "runs"
    JOIN "stacks" ON "stacks"."id" = "runs"."stackId" WHERE "runs"."id" = ${runId}))`;

export function toAssignment(row: Selectable<AssignmentRow>): AssignmentRecord {
  return row as AssignmentRecord;
}
