import type { WorkerRecord, ViewedAssignment } from './records';
import { toWorker } from './worker-rows';
import { Statement } from './statement';
import { chunks, inPages, PAGE, Table } from './table';

export interface ViewRecord {
  readonly worker: WorkerRecord;
  readonly assignment: ViewedAssignment | null;
}

/** Behind every ULID. */
const LAST_ID = '~';

/** What comes behind a worker, in the order of revisions. */
interface PageOfPool {
  readonly poolId: string;
  readonly revision: number;
  readonly id: string;
}

/** Workers together with what their owners are told of the runs that hold them. */
export class ViewTable extends Table {
  /** Of a pool, or one session of it, removed ones included, that changed after a revision. */
  async changed(poolId: string, sessionId: string | null, after: number): Promise<ViewRecord[]> {
    return inPages<ViewRecord>(async (last) => {
      const from = last ? { revision: last.worker.revision, id: last.worker.id } : { revision: after, id: LAST_ID };
      const rows =
        sessionId === null
          ? await this.rows(ViewTable.changedOfPool, { poolId, ...from })
          : await this.rows(ViewTable.changedOfSession, { poolId, sessionId, ...from });
      return rows.map(toView);
    });
  }

  private static readonly changedOfPool = new Statement((views: ViewTable, of: PageOfPool) => views.changedAfter(of));

  private static readonly changedOfSession = new Statement(
    (views: ViewTable, of: PageOfPool & { readonly sessionId: string }) =>
      views.changedAfter(of).where('workers.sessionId', '=', of.sessionId),
  );

  private changedAfter({ poolId, revision, id }: PageOfPool) {
    return this.all()
      .where('workers.poolId', '=', poolId)
      .where('workers.revision', '>=', revision)
      .where((eb) => eb.or([eb('workers.revision', '>', revision), eb('workers.id', '>', id)]))
      .where('workers.forgottenAt', 'is', null)
      .orderBy('workers.revision')
      .orderBy('workers.id')
      .limit(PAGE);
  }

  /** Those with these ULIDs. */
  async find(workerIds: readonly string[]): Promise<ViewRecord[]> {
    const found: ViewRecord[] = [];
    for (const chunk of chunks(workerIds)) {
      found.push(...(await this.all().where('workers.id', 'in', chunk).execute()).map(toView));
    }
    return found;
  }

  private all() {
    return this.db
      .selectFrom('workers')
      .leftJoin('assignments', 'assignments.fence', 'workers.fence')
      .leftJoin('runs', 'runs.id', 'assignments.runId')
      .leftJoin('stacks', 'stacks.id', 'runs.stackId')
      .selectAll('workers')
      .select([
        'assignments.attempt',
        'assignments.stage',
        'assignments.startDeadline',
        'assignments.startedAt',
        'assignments.endedAt',
        'assignments.endedBy',
        'runs.stopReason',
        'runs.stopAskedAt',
        'runs.message',
        'assignments.createdAt as assignedAt',
        'runs.updatedAt as runUpdatedAt',
        'runs.createdAt as runCreatedAt',
        'assignments.runnerImage as givenRunnerImage',
        'stacks.runnerImage as stackRunnerImage',
        'stacks.tool as stackTool',
        'runs.tool as runTool',
        'runs.runnerImage as runRunnerImage',
      ]);
  }
}

type JoinedRow = Awaited<ReturnType<ReturnType<ViewTable['all']>['execute']>>[number];

function toView(row: JoinedRow): ViewRecord {
  const { attempt, stage, startDeadline, startedAt, endedAt, endedBy, ...rest } = row;
  const {
    stopReason,
    stopAskedAt,
    message,
    runUpdatedAt,
    runCreatedAt,
    assignedAt,
    givenRunnerImage,
    stackRunnerImage,
    runRunnerImage,
    stackTool,
    runTool,
    ...worker
  } = rest;
  // Of what was given out before an upgrade it is not known.
  const runnerImage = givenRunnerImage === null ? (runRunnerImage ?? stackRunnerImage) : givenRunnerImage || null;
  const tool = runTool ?? stackTool;
  const { runId, fence } = worker;
  const assignment =
    runId === null || fence === null || attempt === null
      ? null
      : ({
          ...{ runId, fence, attempt, stage, startDeadline, startedAt, endedAt, endedBy },
          ...{ stopReason, stopAskedAt, message, runUpdatedAt, runCreatedAt, assignedAt, runnerImage, tool },
        } as ViewedAssignment);
  return { worker: toWorker(worker), assignment };
}
