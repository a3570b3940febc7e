import { sql, type ExpressionBuilder, type Selectable, type Updateable } from 'kysely';
import type { GitCommit } from '../../protocol/messages';
import type { RunConfig, RunRecord, RunState } from './records';
import type { RunRow, Schema } from './schema';

/* Rows of runs: how they are written, found and read. */

export type NewRun = Pick<
  RunRecord,
  | 'id'
  | 'stackId'
  | 'poolId'
  | 'type'
  | 'autoDeploy'
  | 'source'
  | 'createdAt'
  | 'rank'
  | 'idempotencyKey'
  | 'queueVersion'
  | keyof RunConfig
>;

/** As its table takes it. */
export type NewRunRow = Omit<NewRun, Encoded> &
  Pick<Selectable<RunRow>, Encoded> & {
    readonly mayBeReady: number;
    readonly takesTurns: number;
    readonly logBytes: number;
  };

/** What a row has in another form. */
type Encoded = 'autoDeploy' | 'skipInitialization' | 'driftDetection' | 'environmentNames';

export type Where = ExpressionBuilder<Schema, 'runs'>;

export interface Move {
  readonly to: RunState;
  readonly ready: boolean;
  readonly now: number;
  /** A record of its log that comes with it. @default none */
  readonly line?: string | undefined;
}

/** The columns that change, and what else the statement takes. */
export interface Advance extends Updateable<RunRow> {
  readonly id: string;
  readonly was: RunState;
  readonly lineBytes?: number;
}

/** As it is written. */
export function newRow(run: NewRun, ready: boolean | 'when-free', line: string): NewRunRow {
  const { environmentNames: names } = run;
  return {
    ...run,
    autoDeploy: Number(run.autoDeploy),
    skipInitialization: Number(run.skipInitialization),
    driftDetection: Number(run.driftDetection),
    environmentNames: names.length === 0 ? null : JSON.stringify(names),
    mayBeReady: Number(ready !== false),
    takesTurns: Number(ready === 'when-free'),
    logBytes: Buffer.byteLength(line),
  };
}

export const valuesOf = (eb: Where, run: NewRunRow) => ({
  ...{ id: run.id, stackId: run.stackId, poolId: run.poolId, type: run.type, autoDeploy: run.autoDeploy },
  ...{ source: run.source, rank: run.rank, idempotencyKey: run.idempotencyKey },
  queueVersion: run.queueVersion,
  ...{ createdAt: run.createdAt, updatedAt: run.createdAt },
  ...{ command: run.command, skipInitialization: run.skipInitialization, driftDetection: run.driftDetection },
  ...{ commitSha: run.commitSha, commitMessage: run.commitMessage, projectRoot: run.projectRoot },
  ...{ runnerImage: run.runnerImage, environmentNames: run.environmentNames, branch: run.branch },
  ...{ state: 'QUEUED', holding: 0, logPosition: 1, logBytes: run.logBytes },
  ready: eb
    .case()
    .when(eb.val(run.mayBeReady), '=', eb.lit(0))
    .then(eb.lit(0))
    .when(eb.and([eb(eb.val(run.takesTurns), '=', eb.lit(1)), isTaken(eb, run.stackId)]))
    .then(eb.lit(0))
    .else(eb.lit(1))
    .end(),
});

/** Whether another run of a stack is to end before one that takes turns may go, or a Pod may still be at work. */
function isTaken(eb: Pick<ExpressionBuilder<Schema, 'runs'>, 'selectFrom' | 'or' | 'exists'>, stackId: string) {
  const ofStack = eb.selectFrom('runs').select('runs.id').where('runs.stackId', '=', stackId);
  const unfinished = ofStack.where(isUnfinishedInTurn);
  const held = ofStack.where(isHolding).where('runs.finishedAt', 'is not', null);
  return eb.or([eb.exists(unfinished), eb.exists(held)]);
}

export const inProgressFirst = (eb: Where) => eb.case().when('runs.state', '=', 'QUEUED').then(1).else(0).end();

export const WITH_A_WORKER: RunState[] = ['PREPARING', 'PLANNING', 'PERFORMING', 'PREPARING_APPLY', 'APPLYING'];

/* Literals, for which a database knows that the index of such rows will do: it is as good with any history. */
export const isReady = (eb: Where) => eb('runs.ready', '=', eb.lit(1));

export const isHolding = (eb: Where) => eb('runs.holding', '=', eb.lit(1));

/** Of those that change something. */
export const isUnfinishedInTurn = (eb: Where) =>
  eb.and([eb('runs.type', '<>', sql.lit('PROPOSED')), eb('runs.finishedAt', 'is', null)]);

export const toRun = (row: Selectable<RunRow> & Pick<RunRecord, 'stackName' | 'stackDriftedSince'>): RunRecord => ({
  ...ofRow(row),
  stackName: row.stackName,
  stackDriftedSince: row.stackDriftedSince,
});

export function ofRow(row: Selectable<RunRow>): Omit<RunRecord, 'stackName' | 'stackDriftedSince'> {
  const { autoDeploy, hasChanges, ready, holding, skipInitialization, driftDetection, environmentNames, ...rest } = row;
  const { gitCommit } = row;
  return {
    ...rest,
    skipInitialization: skipInitialization === 1,
    driftDetection: driftDetection === 1,
    gitCommit: gitCommit === null ? null : (JSON.parse(gitCommit) as GitCommit),
    environmentNames: environmentNames === null ? [] : (JSON.parse(environmentNames) as string[]),
    autoDeploy: autoDeploy === 1,
    hasChanges: hasChanges === null ? null : hasChanges === 1,
    ready: ready === 1,
    holding: holding === 1,
  } as Omit<RunRecord, 'stackName' | 'stackDriftedSince'>;
}
