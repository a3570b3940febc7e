import type { Worker } from '../../api';
import { FINALIZER, LABEL } from '../../api/names';
import type { ReportResponse } from '../../protocol/messages';
import { ProtocolError } from '../../protocol/session';
import type { Clock } from '../../time';
import { dropFinalizer } from '../drop-finalizer';
import type { WorkerMetrics } from '../worker-metrics';
import type { WorkerSession } from '../pool-registry';
import { workerIdOf, WORKERS } from '../resources';
import { carriesOut, EXCEEDED_DEADLINE_SECONDS, isLive, runPodName, workerBegan, type RunPod } from '../run';
import { isAlreadyExists, isConflict, isNotFound, keyOf, PODS, type KubeClient, type Logger } from '../runtime';
import { assignmentOf, sessionOf, type Sources } from './gather';
import type { Memory } from './memory';
import { nameTaken, refusal, refusedPod } from './refused-pod';
import type { Action, ActionOf } from './snapshot';

/** What `apply` works with. */
export interface ApplyContext extends Sources {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly logger: Logger;
  /** @default none are kept */
  readonly metrics?: Pick<WorkerMetrics, 'runPodCreationDuration'>;
}

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
      return endPod(context, worker, action.pod);
    case 'confirmPodGone':
      return confirmPodGone(context, worker, action);
    case 'retire':
      return retire(context, worker);
    case 'removeFinalizer':
      return removeFinalizer(context, worker);
  }
}

async function createPod(context: ApplyContext, worker: Worker, action: ActionOf<'createPod'>): Promise<void> {
  const { pod } = action;
  const { client, caches, memories, clock, logger } = context;
  const key = keyOf(worker);
  const { namespace, name } = pod.metadata;
  try {
    caches.pods.noteWritten(await client.create(PODS, namespace, pod));
    const { assignedAt, created } = memories.peek(key);
    if (assignedAt !== undefined && !created) {
      context.metrics?.runPodCreationDuration.observe((clock.now() - assignedAt) / 1_000);
    }
    memories.update(key, { created: true, refusal: undefined, goneConfirmed: undefined, lostPod: undefined });
    logger.info({ worker: key, pod: name }, 'created the Pod of a run');
  } catch (error) {
    const pool = sessionOf(context.pools, worker)?.pool.metadata;
    const ref = { namespace: worker.metadata.namespace, name: pool?.name ?? '' };
    const why = isAlreadyExists(error) ? await adopt(context, worker, action) : refusedPod(error, ref);
    if (why === 'adopted') return;
    if (!why) throw error;
    const before = memories.peek(key).refusal;
    const next = refusal(why, before, pool?.generation, clock.now(), context.random);
    memories.update(key, { refusal: next });
    logger.warn({ worker: key, pod: name, reason: why.reason, err: error }, 'the API server did not take a run Pod');
  }
}

/** The name is taken: by a Pod of this Worker that the cache had not shown yet, or by somebody else's. */
async function adopt(context: ApplyContext, worker: Worker, { pod, assignment }: ActionOf<'createPod'>) {
  const { name } = pod.metadata;
  const live = await readPod(context, worker, name);
  if (!live) return undefined;
  if (!carriesOut(live, assignment, worker.metadata.uid)) return nameTaken(name);
  await follow(context, worker, live);
  context.memories.update(keyOf(worker), { created: true, refusal: undefined });
  return 'adopted';
}

async function report(context: ApplyContext, worker: Worker, action: ActionOf<'report'>): Promise<void> {
  const session = sessionOf(context.pools, worker);
  if (!session) return;
  const answer = await send(session, { workerId: workerIdOf(worker) ?? '', ...action.about, report: action.report });
  const key = keyOf(worker);
  const now = context.clock.now();
  const change = answer.relayHeard ? { relayHeardAt: now } : consequence(action, context.memories.peek(key), now);
  context.memories.update(key, change);
  const { runId: run, attempt } = action.about;
  context.logger.info({ worker: key, run, attempt, ...action.report, ...answer }, 'reported');
}

/** Not accepted means that the control plane has moved on: its next view says where to. */
async function send(session: WorkerSession, request: Parameters<WorkerSession['report']>[0]): Promise<ReportResponse> {
  try {
    return await session.report(request);
  } catch (error) {
    const hasMovedOn = error instanceof ProtocolError && (error.kind === 'fenced' || error.kind === 'not-found');
    if (hasMovedOn) return { accepted: false, relayHeard: false };
    throw error;
  }
}

function consequence(action: ActionOf<'report'>, { reportedProblem: before }: Memory, now: number): Partial<Memory> {
  const { report, problem } = action;
  switch (report.kind) {
    case 'created':
      return { createdReported: true };
    case 'waiting':
      if (!problem) return {};
      return { reportedProblem: { ...problem, at: now, since: before?.key === problem.key ? before.since : now } };
    case 'failed':
      return { outcomeReported: true };
    case 'released':
      return { releasedAt: now };
  }
}

async function deleteUnstartedPod(context: ApplyContext, worker: Worker, pod: RunPod): Promise<void> {
  const live = await readPod(context, worker, pod.metadata.name);
  if (!live) return context.caches.pods.noteDeleted(pod);
  if (live.metadata.uid !== pod.metadata.uid || workerBegan(live) || !isLive(live)) {
    return context.caches.pods.noteWritten(live);
  }
  return deletePod(context, worker, live);
}

/** Only this very Pod in this very state: a newer state may be one that must not be deleted. */
async function deletePod(context: ApplyContext, worker: Worker, pod: RunPod): Promise<void> {
  const { client, memories, logger } = context;
  const { namespace, name, uid, resourceVersion } = pod.metadata;
  const key = keyOf(worker);
  try {
    await client.delete(PODS, namespace, name, { uid, resourceVersion });
  } catch (error) {
    return lookAgain(context, worker, pod, error);
  }
  memories.addDeleting(key, uid ?? '');
  logger.info({ worker: key, pod: name }, 'deleted a run Pod');
}

async function endPod(context: ApplyContext, worker: Worker, pod: RunPod): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  const body = { metadata: { uid }, spec: { activeDeadlineSeconds: EXCEEDED_DEADLINE_SECONDS } };
  try {
    context.caches.pods.noteWritten(await context.client.patch<RunPod>(PODS, namespace, name, body, { type: 'merge' }));
  } catch (error) {
    await lookAgain(context, worker, pod, error);
  }
}

/** The Pod has changed or gone since it was looked at: the next round decides on what it is now. */
async function lookAgain(context: ApplyContext, worker: Worker, pod: RunPod, error: unknown): Promise<void> {
  if (!isConflict(error) && !isNotFound(error)) throw error;
  const live = await readPod(context, worker, pod.metadata.name);
  if (live && live.metadata.uid === pod.metadata.uid) context.caches.pods.noteWritten(live);
  else context.caches.pods.noteDeleted(pod);
}

/** The surest fact about a Pod that the watch does not show: what the API server says of it now. */
async function confirmPodGone(
  context: ApplyContext,
  worker: Worker,
  { name, pod }: ActionOf<'confirmPodGone'>,
): Promise<void> {
  const { memories, pools } = context;
  const key = keyOf(worker);
  const live = await readPod(context, worker, name);
  const assignment = assignmentOf(pools, worker);
  const carries = (one: RunPod): boolean => !!assignment && carriesOut(one, assignment, worker.metadata.uid);
  if (live && (live.metadata.uid === pod?.metadata.uid || carries(live))) return follow(context, worker, live);
  if (pod) memories.dropVanished(key, pod);
  if (!assignment || runPodName(assignment) !== name) return;
  memories.update(key, { goneConfirmed: true, ...(pod && carries(pod) ? { lostPod: pod } : {}) });
}

/** Run Pods are watched by a label: one from which somebody took it gets it back, because its run goes on. */
async function follow(context: ApplyContext, worker: Worker, live: RunPod): Promise<void> {
  const { client, caches, pools, memories, logger } = context;
  const { namespace, name, uid, labels } = live.metadata;
  let pod = live;
  if (labels?.[LABEL.workerPool] === undefined) {
    const ulid = sessionOf(pools, worker)?.ulid ?? worker.metadata.labels?.[LABEL.workerPool] ?? '';
    const body = { metadata: { uid, labels: { [LABEL.workerPool]: ulid } } };
    pod = await client.patch<RunPod>(PODS, namespace, name, body, { type: 'merge' });
    logger.warn({ worker: keyOf(worker), pod: name }, 'put the label back by which run Pods are found');
  }
  memories.dropVanished(keyOf(worker), live);
  caches.pods.noteWritten(pod);
}

async function retire(context: ApplyContext, worker: Worker): Promise<void> {
  context.memories.update(keyOf(worker), { retireAskedAt: context.clock.now() });
  await sessionOf(context.pools, worker)?.retire(workerIdOf(worker) ?? '');
}

async function removeFinalizer({ client, caches, logger }: ApplyContext, worker: Worker): Promise<void> {
  try {
    await dropFinalizer(client, WORKERS, caches.workers, worker, FINALIZER.worker);
    logger.info({ worker: keyOf(worker) }, 'let a retired Worker go');
  } catch (error) {
    if (!isConflict(error)) throw error;
    const live = await client.get<Worker>(WORKERS, worker.metadata.namespace, worker.metadata.name);
    if (live) caches.workers.noteWritten(live);
    else caches.workers.noteDeleted(worker);
  }
}

function readPod({ client }: ApplyContext, worker: Worker, name: string): Promise<RunPod | undefined> {
  return client.get<RunPod>(PODS, worker.metadata.namespace, name);
}
