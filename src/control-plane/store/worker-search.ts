import { sql, type ExpressionBuilder } from 'kysely';
import type { WorkerRecord } from './records';
import type { Schema } from './schema';

/** What a worker does. One that is drained and still works is busy. */
export const WORKER_STATUSES = ['BUSY', 'IDLE', 'DRAINED'] as const;

export type WorkerStatus = (typeof WORKER_STATUSES)[number];

export interface WorkerSearch {
  /** What its name has in it, in whatever case. @default - anything */
  readonly name?: string;
  /** @default - any */
  readonly status?: WorkerStatus;
  /** The worker behind which it begins. @default - from the newest on */
  readonly after?: Pick<WorkerRecord, 'id' | 'createdAt'>;
  readonly limit: number;
}

type Where = ExpressionBuilder<Schema, 'workers'>;

export const isNamed = (name: string) => (eb: Where) => {
  const wanted = `%${name.toLowerCase().replaceAll(/[%_!]/g, '!$&')}%`;
  return sql<boolean>`lower(${eb.ref('workers.name')}) like ${wanted} escape '!'`;
};

export const hasStatus = (status: WorkerStatus) => (eb: Where) => {
  const isBusy = eb('workers.runId', 'is not', null);
  const isLeaving = eb.or([eb('workers.drained', '=', 1), eb('workers.retiring', '=', 1)]);
  return {
    BUSY: isBusy,
    DRAINED: eb.and([eb.not(isBusy), isLeaving]),
    IDLE: eb.and([eb.not(isBusy), eb.not(isLeaving)]),
  }[status];
};

/** Behind a worker, where the newest comes first. */
export const isOlderThan =
  ({ id, createdAt }: Pick<WorkerRecord, 'id' | 'createdAt'>) =>
  (eb: Where) =>
    eb.and([
      eb('workers.createdAt', '<=', createdAt),
      eb.or([eb('workers.createdAt', '<', createdAt), eb('workers.id', '<', id)]),
    ]);
