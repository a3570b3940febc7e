import { SESSION_LEASE_MS } from '../../protocol/leases';
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
import type { AssignmentRecord, WorkerRecord } from '../store/records';
import type { ViewRecord } from '../store/views';
import { requireWithinCaps } from './caps';
import type { Change } from './change';
import type { QueueContext } from './context';
import { hear, hearAtOnce } from './hear';
import { podIsGone, withdraw } from './lifecycle';
import { change, operation } from './operation';
import { takeUpFound } from './restored';
import { workerView } from './views';
import { poolTopic } from './wakeups';

/** What the controller of a pool asks for. */
interface Said<Request> {
  readonly poolId: string;
  readonly request: Request;
}

/** Makes workers known; doing it twice is the same as once. */
export async function register(context: QueueContext, poolId: string, request: RegisterRequest): Promise<WorkerViews> {
  const ids = request.workers.map(({ id }) => id);
  await change(context, registering, { poolId, request });
  const { pools, views } = context.store.read;
  const revision = await pools.revision(poolId);
  const found = await views.find(ids);
  context.observer.viewsSent(found);
  return answer(context, revision, found);
}

const registering = operation('register', async (made: Change, { poolId, request }: Said<RegisterRequest>) => {
  const { tx } = made;
  const ids = request.workers.map(({ id }) => id);
  await hear(made, poolId, request);
  const before = await tx.workers.findAll(ids);
  const stranger = before.find((worker) => worker.poolId !== poolId);
  if (stranger) {
    throw new RequestError('malformed', `worker ${stranger.id} belongs to another pool: give it a new ULID`);
  }
  await requireRoomFor(made, poolId, new Set(ids), before);
  await tx.workers.upsert(request.workers, poolId, request.session, made.now);
  await tx.assignments.moveToSession(ids, request.session);
  made.touch(poolId, ...ids);
  made.mayAssign(poolId);
});

/** Of two requests at once each may still find the last place free. @throws RequestError `too-many-requests` */
async function requireRoomFor(
  { tx }: Change,
  poolId: string,
  ids: ReadonlySet<string>,
  before: readonly WorkerRecord[],
) {
  const gone = before.filter(({ removed, forgotten }) => removed || forgotten);
  const isKnown = before.length === ids.size && gone.length === 0;
  if (isKnown) return;
  const count = await tx.workers.countKnown(poolId);
  const back = gone.filter(({ removed }) => !removed).length;
  const made = ids.size - before.length;
  requireWithinCaps({ workers: count.present + back + made, knownWorkers: count.known + made });
}

/** Settles the session's truth against ours. */
export async function sync(context: QueueContext, poolId: string, request: SyncRequest): Promise<SyncResponse> {
  const { session } = request;
  const listed = new Set(request.workers.map(({ id }) => id));
  // Looked for before anything is held; each is looked at again then.
  const missing = (await context.store.read.workers.idsOfSession(poolId, session)).filter((id) => !listed.has(id));
  await change(context, syncing, { poolId, request, missing });
  const { pools, views } = context.store.read;
  const revision = await pools.revision(poolId);
  const known = await views.changed(poolId, session, -1);
  const ids = new Set(known.map(({ worker }) => worker.id));
  const { launcherImage, defaultRunnerImage } = context.settings;
  return {
    ...answer(context, revision, known),
    unknown: [...listed].filter((id) => !ids.has(id)),
    images: { launcherImage, defaultRunnerImage },
  };
}

interface Synced extends Said<SyncRequest> {
  /** Workers that the session has no more. */
  readonly missing: readonly string[];
}

const syncing = operation('sync', async (made: Change, { poolId, request, missing }: Synced) => {
  const { tx } = made;
  const { session } = request;
  const listed = new Map(request.workers.map((worker) => [worker.id, worker]));
  const podOf = ({ workerId, runId, attempt }: AssignmentRecord) => {
    const pod = listed.get(workerId)?.pod;
    return pod?.runId === runId && pod.attempt === attempt ? pod : undefined;
  };
  await hear(made, poolId, request);
  await takeUpFound(made, poolId, request);
  const held = await tx.assignments.unreleased(poolId, session);
  const seen = held.filter((assignment) => podOf(assignment));
  const syncs = await tx.sessions.synced(poolId, session, await made.reading());
  await tx.assignments.observed(
    seen.map(({ fence }) => fence),
    syncs,
  );
  for (const assignment of held) {
    if (assignment.endedAt !== null && !podOf(assignment)) await podIsGone(made, assignment);
  }
  for (const worker of await tx.workers.findAll(missing)) {
    await retireWorker(made, worker, 'its Worker object is gone');
  }
  made.mayAssign(poolId);
});

/** Waits for views that changed after a revision. */
export async function watch(
  context: QueueContext,
  poolId: string,
  request: WatchRequest,
  signal: AbortSignal,
): Promise<WorkerViews> {
  const { wakeups, store, clock } = context;
  const until = clock.monotonic() + request.waitSeconds * 1000;
  for (let isFirst = true; ; isFirst = false) {
    const left = until - clock.monotonic();
    // Begun before the look, so that what happens after it is not missed.
    const sleep = wakeups.sleep(poolTopic(poolId), left, signal);
    try {
      // Each time: it may have been superseded while it waited.
      const hearing = hearAtOnce(context, poolId, request);
      // Who was woken finds something: both are asked at once.
      const news = isFirst ? undefined : store.read.views.changed(poolId, request.session, request.after);
      const [{ revision, mayAssign }] = await Promise.all([hearing, news]);
      if (isFirst && mayAssign) {
        // The session may just have come back, while runs wait for its workers.
        await context.assignRuns(poolId);
        continue;
      }
      // A cursor from before a restored backup is ahead of everything: start over.
      const after = request.after > revision ? 0 : request.after;
      const isKnown = news && after === request.after;
      const look = () => (isKnown ? news : store.read.views.changed(poolId, request.session, after));
      const changed = revision > after ? await look() : [];
      if (changed.length > 0 || left <= 0 || signal.aborted || wakeups.isClosed) {
        context.observer.viewsSent(changed);
        return answer(context, revision, changed);
      }
      // The next watch looks, and comes at once. It is a sign of life, which the end of this one is not.
      if (!(await sleep.over) && isShort(request)) return answer(context, revision, []);
    } finally {
      sleep.wake();
    }
  }
}

/** So that the beginnings of two in a row keep the session's lease. */
const isShort = ({ waitSeconds }: WatchRequest) => waitSeconds * 1000 <= SESSION_LEASE_MS / 2;

/** Removes idle workers at once; a busy one gets nothing further and goes when its run is over. */
export function retire(context: QueueContext, poolId: string, request: RetireRequest): Promise<RetireResponse> {
  return change(context, retiring, { poolId, request });
}

const retiring = operation('retire', async (made: Change, { poolId, request }: Said<RetireRequest>) => {
  await hear(made, poolId, request);
  const results: RetireResponse['results'] = [];
  for (const id of request.workers) {
    const worker = await made.tx.workers.lock(id);
    const isOurs = worker?.poolId === poolId;
    results.push({ id, retired: !isOurs || (await retireIdle(made, worker)) });
  }
  return { results };
});

/** True when the worker is removed now or was before. */
async function retireIdle(made: Change, worker: WorkerRecord): Promise<boolean> {
  if (worker.removed) return true;
  const { tx, now } = made;
  if (worker.runId === null) {
    await tx.workers.remove(worker.id, now);
    made.touch(worker.poolId, worker.id);
    return true;
  }
  if (!worker.retiring) {
    await tx.workers.setRetiring(worker.id);
    made.touch(worker.poolId, worker.id);
  }
  return false;
}

/** The owner lost the worker: what it has not started goes to others, what runs runs on. */
async function retireWorker(made: Change, worker: WorkerRecord, why: string): Promise<void> {
  const { tx } = made;
  const assignment = worker.runId === null ? undefined : await tx.assignments.ofWorker(worker.id);
  if (assignment) await tx.runs.hold(assignment.runId);
  const present = await tx.workers.lock(worker.id);
  if (!present || (await retireIdle(made, present))) return;
  const held = await tx.assignments.ofWorker(worker.id);
  if (held && held.endedAt === null && held.startedAt === null) await withdraw(made, held, why);
}

function answer(context: QueueContext, revision: number, views: readonly ViewRecord[]): WorkerViews {
  return { revision, workers: views.map((view) => workerView(context, view)) };
}
