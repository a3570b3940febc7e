import type {
  RegisterRequest,
  RetireRequest,
  RetireResponse,
  SyncRequest,
  SyncResponse,
  WatchRequest,
  WorkerViews,
} from '../../protocol/messages';
import { RequestError } from '../errors';
import type { WorkerRecord } from '../store/records';
import { poolChanged, type QueueContext } from './context';
import { hear } from './hear';
import { release, withdraw } from './lifecycle';
import { workerView } from './views';
import { poolTopic } from './wakeups';

/** Makes workers known; doing it twice is the same as once. */
export function register(context: QueueContext, poolId: string, request: RegisterRequest): WorkerViews {
  const { store } = context;
  hear(context, poolId, request);
  store.transaction(() => {
    const revision = store.pools.nextRevision(poolId);
    for (const worker of request.workers) {
      const known = store.workers.find(worker.id);
      if (known && known.poolId !== poolId) {
        throw new RequestError('malformed', `worker ${worker.id} belongs to another pool: give it a new ULID`);
      }
      store.workers.upsert(worker, poolId, request.session, revision, context.now());
    }
    poolChanged(context, poolId);
  });
  context.assignRuns(poolId);
  const workers = request.workers.flatMap((worker) => store.workers.find(worker.id) ?? []);
  return views(context, poolId, workers);
}

/** Settles the session's truth against ours. */
export function sync(context: QueueContext, poolId: string, request: SyncRequest): SyncResponse {
  const { store, leases, settings } = context;
  hear(context, poolId, request);
  leases.podsObserved(
    poolId,
    request.session,
    request.workers.flatMap((worker) => worker.pod ?? []),
  );
  const listed = new Map(request.workers.map((worker) => [worker.id, worker]));
  store.transaction(() => {
    for (const worker of store.workers.changedInSession(poolId, request.session, 0)) {
      if (!listed.has(worker.id)) retireWorker(context, worker, 'its Worker object is gone');
    }
    for (const assignment of store.assignments.unreleased(poolId, request.session)) {
      const pod = listed.get(assignment.workerId)?.pod;
      const podIsGone = pod?.runId !== assignment.runId || pod.attempt !== assignment.attempt;
      if (podIsGone) release(context, assignment);
    }
  });
  context.assignRuns(poolId);
  const workers = store.workers.changedInSession(poolId, request.session, 0);
  const known = new Set(workers.map((worker) => worker.id));
  const { launcherImage, defaultRunnerImage } = settings;
  return {
    ...views(context, poolId, workers),
    unknown: [...listed.keys()].filter((id) => !known.has(id)),
    images: { launcherImage, defaultRunnerImage },
  };
}

/** Waits for views that changed after a revision. */
export async function watch(
  context: QueueContext,
  poolId: string,
  request: WatchRequest,
  signal: AbortSignal,
): Promise<WorkerViews> {
  const { store, wakeups } = context;
  hear(context, poolId, request);
  // The session may just have come back, while runs wait for its workers.
  context.assignRuns(poolId);
  const until = performance.now() + request.waitSeconds * 1000;
  for (;;) {
    const revision = store.pools.revision(poolId);
    // A cursor from before a restored backup is ahead of everything: start over.
    const after = request.after > revision ? 0 : request.after;
    const changed = store.workers.changedInSession(poolId, request.session, after);
    const left = until - performance.now();
    hear(context, poolId, request);
    if (changed.length > 0 || left <= 0 || signal.aborted || wakeups.isClosed) {
      return { revision, workers: changed.map((worker) => workerView(context, worker)) };
    }
    await wakeups.wait(poolTopic(poolId), left, signal);
  }
}

/** Removes idle workers at once; a busy one gets nothing further and goes when its run is over. */
export function retire(context: QueueContext, poolId: string, request: RetireRequest): RetireResponse {
  const { store } = context;
  hear(context, poolId, request);
  const results = store.transaction(() =>
    request.workers.map((id) => {
      const worker = store.workers.find(id);
      if (!worker || worker.poolId !== poolId) return { id, retired: true };
      return { id, retired: retireIdle(context, worker) };
    }),
  );
  return { results };
}

/** True when the worker is removed now or was before. */
function retireIdle(context: QueueContext, worker: WorkerRecord): boolean {
  if (worker.removed) return true;
  const { store } = context;
  const revision = store.pools.nextRevision(worker.poolId);
  poolChanged(context, worker.poolId);
  if (worker.runId === null) {
    store.workers.remove(worker.id, revision, context.now());
    return true;
  }
  store.workers.setRetiring(worker.id, revision);
  return false;
}

/** The owner lost the worker: what it has not started goes to others, what runs runs on. */
function retireWorker(context: QueueContext, worker: WorkerRecord, why: string): void {
  if (retireIdle(context, worker)) return;
  const assignment = context.store.assignments.ofWorker(worker.id);
  if (assignment && assignment.endedAt === null && assignment.startedAt === null) withdraw(context, assignment, why);
}

function views(context: QueueContext, poolId: string, workers: readonly WorkerRecord[]): WorkerViews {
  return {
    revision: context.store.pools.revision(poolId),
    workers: workers.map((worker) => workerView(context, worker)),
  };
}
