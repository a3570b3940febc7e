import type { ExpressionBuilder, Selectable } from 'kysely';
import type { WorkerRecord } from './records';
import type { Schema, WorkerRow } from './schema';

type Where = ExpressionBuilder<Schema, 'workers'>;

export const isPresent = (eb: Where) =>
  eb.and([eb('workers.removedAt', 'is', null), eb('workers.forgottenAt', 'is', null)]);

export const isWilling = (eb: Where) =>
  eb.and([isPresent(eb), eb('workers.drained', '=', eb.lit(0)), eb('workers.retiring', '=', eb.lit(0))]);

export const isOfLiveSession = (eb: Where, heardSince: number) =>
  eb.exists(
    eb
      .selectFrom('sessions')
      .select('sessions.sessionId')
      .whereRef('sessions.poolId', '=', 'workers.poolId')
      .whereRef('sessions.sessionId', '=', 'workers.sessionId')
      .where('sessions.heardLease', '>=', heardSince),
  );

export function toWorker(row: Selectable<WorkerRow>): WorkerRecord {
  const { removedAt, forgottenAt, ...rest } = row;
  return {
    ...rest,
    metadata: JSON.parse(row.metadata) as Record<string, string>,
    drained: row.drained === 1,
    retiring: row.retiring === 1,
    removed: removedAt !== null,
    forgotten: forgottenAt !== null,
  };
}
