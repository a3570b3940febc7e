import type { Worker } from '../../api';
import { FINALIZER } from '../../api/names';
import type { PodReport } from '../../protocol/messages';
import { ProtocolError } from '../../protocol/session';
import { WORKERS } from '../caches';
import type { PoolHandle } from '../pool-registry';
import { controllingWorkerUid, hasEnded, workerBegan, type RunPod } from '../run';
import { type Clock } from '../../time';
import { isAlreadyExists, isConflict, isNotFound, keyOf, PODS, type KubeClient, type Logger } from '../runtime';
import type { Memory } from './memory';
import type { Sources } from './gather';
import { handleOf } from './gather';
import { nameTaken, refusal, refusedPod } from './refusals';
import { OVER_SECONDS, type Action } from './snapshot';

export interface ApplyContext extends Sources {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

type ActionOf<T extends Action['type']> = Extract<Action, { type: T }>;

/** Carries out one action for the Worker, and notes what it learns, so that the next decision differs. */
export async function apply(context: ApplyContext, worker: Worker, action: Action): Promise<void> {
  switch (action.type) {
    case 'createPod':
      return createPod(context, worker, action);
    case 'report':
      return report(context, worker, action);
    case 'deleteUnstartedPod':
      return deleteUnstartedPod(context, worker, action.pod);
    case 'deleteEndedPod':
      return deletePod(context, worker, action.pod);
    case 'endPod':
      return endPod(context, action.pod);
    case 'confirmPodGone':
      return confirmPodGone(context, worker, action.name);
    case 'retire':
      return retire(context, worker);
    case 'removeFinalizer':
      return removeFinalizer(context, worker);
  }
}

async function createPod(context: ApplyContext, worker: Worker, { pod }: ActionOf<'createPod'>): Promise<void> {
  const { client, caches, memories, clock, logger } = context;
  const key = keyOf(worker);
  const { namespace, name } = pod.metadata;
  try {
    caches.pods.noteWritten(await client.create(PODS, namespace, pod));
    memories.update(key, { created: true, refusal: undefined });
    logger.info({ worker: key, pod: name }, 'created the Pod of a run');
  } catch (error) {
    const handle = handleOf(context.registry, worker);
    const ref = { namespace: namespace ?? '', name: handle?.name ?? '' };
    const why = isAlreadyExists(error) ? await adopt(context, worker, name) : refusedPod(error, ref);
    if (why === 'adopted') return;
    if (!why) throw error;
    const before = memories.peek(key).refusal;
    const next = refusal(why, before, handle?.pool.metadata.generation, clock.now());
    memories.update(key, { refusal: next });
    logger.warn({ worker: key, pod: name, reason: why.reason, err: error }, 'the API server did not take a run Pod');
  }
}

/** The name is taken: by a Pod of this Worker that the cache had not shown yet, or by somebody else's. */
async function adopt(context: ApplyContext, worker: Worker, name: string) {
  const live = await readPod(context, worker, name);
  if (!live) return undefined;
  if (controllingWorkerUid(live) !== worker.metadata.uid) return nameTaken(name);
  context.caches.pods.noteWritten(live);
  return 'adopted';
}

async function report(context: ApplyContext, worker: Worker, action: ActionOf<'report'>): Promise<void> {
  const handle = handleOf(context.registry, worker);
  if (!handle) return;
  const { about, report: told } = action;
  const workerId = worker.metadata.name.slice(-26).toUpperCase();
  const accepted = await send(handle, workerId, about, told);
  const key = keyOf(worker);
  context.memories.update(key, consequence(action, context.clock.now()));
  context.logger.info({ worker: key, run: about.runId, attempt: about.attempt, ...told, accepted }, 'reported');
}

/** Not accepted means that the control plane has moved on: its next view says where to. */
async function send(
  { session }: PoolHandle,
  workerId: string,
  about: ActionOf<'report'>['about'],
  told: PodReport,
): Promise<boolean> {
  try {
    return (await session.report({ workerId, ...about, report: told })).accepted;
  } catch (error) {
    if (error instanceof ProtocolError && (error.kind === 'fenced' || error.kind === 'not-found')) return false;
    throw error;
  }
}

function consequence({ report: told, problem }: ActionOf<'report'>, now: number): Partial<Memory> {
  switch (told.kind) {
    case 'created':
      return { createdReported: true };
    case 'waiting':
      return { told: problem };
    case 'failed':
      return { outcomeReported: true };
    case 'released':
      return { releasedAt: now };
  }
}

async function deleteUnstartedPod(context: ApplyContext, worker: Worker, pod: RunPod): Promise<void> {
  const live = await readPod(context, worker, pod.metadata.name);
  if (!live) return context.caches.pods.noteDeleted(pod);
  if (live.metadata.uid !== pod.metadata.uid || workerBegan(live) || hasEnded(live)) {
    return context.caches.pods.noteWritten(live);
  }
  return deletePod(context, worker, live);
}

/** Only this very Pod in this very state: a newer state may be one that must not be deleted. */
async function deletePod({ client, memories, logger }: ApplyContext, worker: Worker, pod: RunPod): Promise<void> {
  const { namespace, name, uid, resourceVersion } = pod.metadata;
  const key = keyOf(worker);
  await client.delete(PODS, namespace, name, { uid, resourceVersion });
  memories.addDeleting(key, uid ?? '');
  logger.info({ worker: key, pod: name }, 'deleted a run Pod');
}

async function endPod({ client, caches }: ApplyContext, pod: RunPod): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  const body = { metadata: { uid }, spec: { activeDeadlineSeconds: OVER_SECONDS } };
  caches.pods.noteWritten(await client.patch<RunPod>(PODS, namespace, name, body, { type: 'merge' }));
}

async function confirmPodGone(context: ApplyContext, worker: Worker, name: string): Promise<void> {
  const live = await readPod(context, worker, name);
  if (live && controllingWorkerUid(live) === worker.metadata.uid) context.caches.pods.noteWritten(live);
  else context.memories.update(keyOf(worker), { goneConfirmed: true });
}

async function retire(context: ApplyContext, worker: Worker): Promise<void> {
  const handle = handleOf(context.registry, worker);
  context.memories.update(keyOf(worker), { retireAskedAt: context.clock.now() });
  await handle?.retire(worker.metadata.name.slice(-26).toUpperCase());
}

async function removeFinalizer({ client, caches, logger }: ApplyContext, worker: Worker): Promise<void> {
  const { namespace, name, resourceVersion, finalizers = [] } = worker.metadata;
  const rest = finalizers.filter((finalizer) => finalizer !== FINALIZER.worker);
  const body = { metadata: { resourceVersion, finalizers: rest } };
  try {
    const written = await client.patch<Worker>(WORKERS, namespace, name, body, { type: 'merge' });
    if (rest.length > 0) caches.workers.noteWritten(written);
    else caches.workers.noteDeleted(worker);
  } catch (error) {
    if (isConflict(error)) return refreshWorker({ client, caches }, worker);
    if (!isNotFound(error)) throw error;
    caches.workers.noteDeleted(worker);
  }
  logger.info({ worker: keyOf(worker) }, 'let a retired Worker go');
}

async function refreshWorker({ client, caches }: Pick<ApplyContext, 'client' | 'caches'>, worker: Worker) {
  const live = await client.get<Worker>(WORKERS, worker.metadata.namespace, worker.metadata.name);
  if (live) caches.workers.noteWritten(live);
  else caches.workers.noteDeleted(worker);
}

function readPod({ client }: ApplyContext, worker: Worker, name: string): Promise<RunPod | undefined> {
  return client.get<RunPod>(PODS, worker.metadata.namespace, name);
}
