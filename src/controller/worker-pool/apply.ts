import { FINALIZER, LABEL, REASON, type Worker, type WorkerPool, type WorkerPoolSpec } from '../../api';
import type { ObservedWorker } from '../../protocol/messages';
import { ProtocolError } from '../../protocol/session';
import { livePodsOfWorker, workersOfPool, type Caches } from '../caches';
import { concurrently } from '../concurrently';
import { dropFinalizer } from '../drop-finalizer';
import { reasonOfRefusedWorker } from '../reasons';
import { registersItself, workerIdOf, WORKER_POOLS } from '../resources';
import { attemptOf, fenceOf, type RunPod } from '../run';
import { explainRefusal, keyOf, refusalOf, type KubeClient } from '../runtime';
import type { ApplyContext } from './context';
import { isOfOtherPool, sessionKey } from './gather';
import type { PoolMemory } from './memory';
import { refreshCredentials } from './refresh-credentials';
import { isOfRegistration } from './registration/registrations';
import { PoolSession } from './session';
import type { Action, Problem } from './snapshot';
import { createWorkers, deleteWorkers, registrationOf, requireSession } from './worker-objects';

/** Carries out one action for the pool, and remembers why it failed if it did. */
export async function apply(
  context: ApplyContext,
  memory: PoolMemory,
  action: Action,
  signal: AbortSignal,
): Promise<'settle' | void> {
  try {
    await carryOut(context, memory, action, signal);
  } catch (error) {
    memory.problem = problemOfAction(action, error, memory.pool.metadata.namespace);
    throw error;
  }
  memory.problem = undefined;
  // Long work is done in parts.
  return action.type === 'createWorkers' ? 'settle' : undefined;
}

/** What a person is told of an action that failed; undefined when it is tried again and passes by itself. */
export function problemOfAction({ type }: Action, error: unknown, namespace: string): Problem | undefined {
  if (error instanceof ProtocolError) {
    return error.retryable ? undefined : { reason: REASON.protocolError, message: error.message };
  }
  const refusal = refusalOf(error);
  if (!refusal || refusal.transient) return undefined;
  const [verb, object] =
    type === 'deleteWorkers' ? (['delete', 'Workers'] as const) : (['change', 'the WorkerPool'] as const);
  const message = explainRefusal(refusal, {
    object,
    verb,
    namespace,
    field: 'the WorkerPool',
    then: 'it is tried again by itself',
  });
  return { reason: reasonOfRefusedWorker(refusal.kind), message };
}

async function carryOut(
  context: ApplyContext,
  memory: PoolMemory,
  action: Action,
  signal: AbortSignal,
): Promise<unknown> {
  const { client, caches, registrations, requeue } = context;
  if (isOfRegistration(action)) return registrations.start(memory, action.type, () => requeue(keyOf(memory.pool)));
  switch (action.type) {
    case 'readCredentials':
      return refreshCredentials(context, memory, signal);
    case 'setMetadata':
      return setMetadata(context, memory.pool, action.ulid, signal);
    case 'setPoolSize':
      return caches.pools.noteWritten(await writeUnowned(client, memory.pool, { poolSize: action.size }, signal));
    case 'openSession':
      return openSession(context, memory);
    case 'leavePool':
      // What is not listed is retired there, and what had not started goes to other Workers. It would be forgotten anyway.
      await Promise.allSettled([
        requireSession(memory).sync(observe(caches, memory).filter(({ pod }) => pod !== null)),
      ]);
      return closeSession(context, memory);
    case 'sync':
      return requireSession(memory).sync(observe(caches, memory));
    case 'checkTemplate':
      return context.templateChecks.start(memory, () => requeue(keyOf(memory.pool)));
    case 'createWorkers':
      return createWorkers(context, memory, action, signal);
    case 'registerWorkers':
      return requireSession(memory).register(
        action.workers.map((worker) => registrationOf(context, memory.pool, worker)),
      );
    case 'retireWorkers': {
      const session = requireSession(memory);
      // All are asked in the same turn, so that the session puts them into one request.
      return concurrently(action.workers.length, action.workers, async ({ id }) => void (await session.retire(id)));
    }
    case 'deleteWorkers':
      return deleteWorkers(context, memory, action.workers, signal);
    case 'closeSession':
      return closeSession(context, memory);
    case 'removeFinalizer':
      tellLeftBehind(context, memory);
      return dropFinalizer(client, WORKER_POOLS, caches.pools, memory.pool, FINALIZER.workerPool);
  }
}

/** The control plane was not there to delete the pool. */
function tellLeftBehind({ logger }: ApplyContext, { pool, registration: { removed } }: PoolMemory): void {
  if (removed || !registersItself(pool) || !pool.status?.autoRegistered) return;
  const ulid = pool.metadata.labels?.[LABEL.poolUlid];
  logger.warn({ pool: keyOf(pool), ulid }, 'the pool stays in the control plane: unlock and delete it there');
}

async function setMetadata(
  { client, caches }: ApplyContext,
  { metadata }: WorkerPool,
  ulid: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { name, namespace, resourceVersion, finalizers = [] } = metadata;
  const change = {
    // Lists are replaced whole by a merge patch: nobody else's finalizer may get lost.
    resourceVersion,
    finalizers: [...new Set([...finalizers, FINALIZER.workerPool])],
    ...(ulid && { labels: { [LABEL.poolUlid]: ulid } }),
  };
  const patch = { type: 'merge', signal } as const;
  caches.pools.noteWritten(await client.patch<WorkerPool>(WORKER_POOLS, namespace, name, { metadata: change }, patch));
}

/** Under a name of its own, so that what it wrote can be told from what else the controller writes. */
const FIELD_MANAGER = 'worker-pools-first-value';

interface Managed {
  readonly metadata: { readonly managedFields?: readonly { readonly manager?: string }[] };
}

/**
 * Writes fields that the controller sets once and that belong to whoever sets them next. Owned by the controller they
 * would make the next server-side apply of another value fail, by Helm or a GitOps tool.
 */
async function writeUnowned(
  client: KubeClient,
  pool: WorkerPool,
  spec: WorkerPoolSpec,
  signal: AbortSignal,
): Promise<WorkerPool> {
  const { name, namespace, resourceVersion } = pool.metadata;
  const patch = (body: object): Promise<WorkerPool & Managed> =>
    client.patch(WORKER_POOLS, namespace, name, body, { type: 'merge', fieldManager: FIELD_MANAGER, signal });
  const { metadata } = await patch({ metadata: { resourceVersion }, spec });
  const managedFields = metadata.managedFields?.filter(({ manager }) => manager !== FIELD_MANAGER);
  return patch({ metadata: { resourceVersion: metadata.resourceVersion, managedFields } });
}

async function openSession(context: ApplyContext, memory: PoolMemory): Promise<void> {
  const { connect, version, clock, random, logger, leadership, pools, requeue } = context;
  const read = memory.credentials?.result;
  if (read?.state !== 'valid') throw new Error(`pool ${memory.uid} has no credentials`);
  await memory.session?.close();
  const { pool } = memory;
  const { token, fingerprint } = read.credentials;
  const { commsProtocol = 'mqtt', pollCommsURL } = pool.spec ?? {};
  const endpoint = commsProtocol === 'poll' ? pollCommsURL : undefined;
  const poolKey = keyOf(pool);
  logger.info({ pool: poolKey, transport: commsProtocol }, 'opening the session of a pool');
  memory.session = new PoolSession({
    key: sessionKey(pool, fingerprint),
    credentials: read.credentials,
    connect: connect[commsProtocol],
    userAgent: `worker-pools-controller/${version}`,
    leadership,
    ...(endpoint !== undefined && { endpoint }),
    shownEndpoint: endpoint ?? (commsProtocol === 'mqtt' ? token.mqtt : token.endpoint),
    pool: () => memory.pool,
    clock,
    random,
    onWorkerChange: (workerId) => pools.tellWorker(pool, workerId),
    onImages: ({ launcherImage, defaultRunnerImage }) => (memory.images = { launcherImage, defaultRunnerImage }),
    onPoolChange: () => requeue(poolKey),
    onReconnect: () => pools.tellWorkers(pool),
  });
}

async function closeSession({ clock }: ApplyContext, memory: PoolMemory): Promise<void> {
  await memory.session?.close();
  memory.session = undefined;
  memory.sessionlessSince = clock.now();
}

function observe(caches: Caches, { uid, session }: PoolMemory): ObservedWorker[] {
  return workersOfPool(caches, uid).flatMap((worker) => {
    const id = workerIdOf(worker);
    if (!id || isOfOtherPool(worker, session?.ulid)) return [];
    return [{ id, pod: observedPod(caches, worker, session?.view(id)?.assignment?.runId) }];
  });
}

/** The Pod of the run that the Worker has; without it, what else still runs there. */
function observedPod(caches: Caches, worker: Worker, runId: string | undefined): ObservedWorker['pod'] {
  const attempts = livePodsOfWorker(caches, worker).flatMap((live) => observedAttempt(live) ?? []);
  const ofRun = attempts.filter((attempt) => attempt.runId === runId);
  // Of two attempts at one run the later one counts.
  return ofRun.sort((a, b) => b.attempt - a.attempt)[0] ?? attempts[0] ?? null;
}

function observedAttempt(pod: RunPod): NonNullable<ObservedWorker['pod']> | undefined {
  const attempt = attemptOf(pod);
  const fence = fenceOf(pod);
  return attempt && { ...attempt, ...(fence !== undefined && { fence }) };
}
