import { idsOfAttempt, idsOfRun } from '../../tracing/run-ids';
import type { OverSpan, Spans } from '../../tracing/spans';
import type { QueueObserver } from '../queue/context';
import type { Moment } from '../queue/moments';

/** Records the spans of runs beside what else is done with their moments. */
export function alsoTracing(observer: QueueObserver, spans: Spans): QueueObserver {
  const happened = (moment: Moment): void => {
    observer.happened(moment);
    for (const span of spansOf(moment)) spans.record(span);
  };
  return { ...observer, happened };
}

/** The spans that end with a moment of a run's life; its own is told last, and is the root of the others. */
export function spansOf(moment: Moment): readonly OverSpan[] {
  const { runId, poolId, at: endedAt } = moment;
  const run = idsOfRun(runId);
  const about = { 'worker_pools.run.id': runId, 'worker_pools.pool.id': poolId };
  switch (moment.kind) {
    case 'assigned':
      return [{ name: 'wait for a worker', parent: run, startedAt: moment.waitedSince, endedAt, attributes: about }];
    case 'started': {
      const parent = idsOfAttempt(runId, moment.attempt);
      return [{ name: 'wait for the Pod', parent, startedAt: moment.assignedAt, endedAt, attributes: about }];
    }
    case 'first-line':
      return [];
    case 'attempt-ended': {
      const { stage, attempt, workerId, assignedAt: startedAt } = moment;
      const attributes = { ...about, 'worker_pools.run.attempt': attempt, 'worker_pools.worker.id': workerId };
      return [{ name: stage, parent: run, ids: idsOfAttempt(runId, attempt), startedAt, endedAt, attributes }];
    }
    case 'decided': {
      const attributes = { ...about, 'worker_pools.run.state': moment.state };
      return [{ name: 'wait for a person', parent: run, startedAt: moment.plannedAt, endedAt, attributes }];
    }
    case 'run-ended': {
      const { type, state, reason, createdAt: startedAt } = moment;
      const attributes = { ...about, 'worker_pools.run.type': type, 'worker_pools.run.state': state };
      const error = state === 'FAILED' ? (reason ?? 'unknown') : undefined;
      return [{ name: 'run', ids: run, startedAt, endedAt, attributes, error }];
    }
  }
}
