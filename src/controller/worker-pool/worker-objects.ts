import {
  ANNOTATION,
  API_VERSION,
  FINALIZER,
  LABEL,
  WORKER,
  WORKER_POOL,
  type Worker,
  type WorkerPool,
  type WorkerSpec,
} from '../../api';
import type { WorkerRegistration } from '../../protocol/messages';
import { backoffMs } from '../../time';
import { concurrently } from '../concurrently';
import { reasonOfRefusedWorker } from '../reasons';
import { workerName, WORKERS } from '../resources';
import { deleteObject, explainRefusal, refusalOf, type KubeObject } from '../runtime';
import type { ApplyContext } from './context';
import type { WorkerFact } from './decide-scaling';
import type { PoolMemory } from './memory';
import type { ActionOf } from './snapshot';

/** Writes to the API server at once, for one pool. */
const PARALLEL_WRITES = 32;
const RETRY = { firstMs: 1_000, longestMs: 60_000 };

/** The object first: a Worker that the control plane did not hear of is registered by the next sync. */
export async function createWorkers(
  context: ApplyContext,
  memory: PoolMemory,
  { count, ulid }: ActionOf<'createWorkers'>,
  signal: AbortSignal,
): Promise<void> {
  const { clock, metrics, newId } = context;
  const created: { id: string; name: string; startedAt: number }[] = [];
  const refused = new AbortController();
  const ids = Array.from({ length: count }, () => newId());
  const creating = concurrently(
    PARALLEL_WRITES,
    ids,
    async (id) => {
      const startedAt = clock.now();
      try {
        created.push({ id, name: await createWorker(context, memory, ulid, id, signal), startedAt });
      } catch (error) {
        // What one was refused for, the others are too.
        refused.abort();
        throw error;
      }
    },
    AbortSignal.any([signal, refused.signal]),
  );
  const [outcome] = await Promise.allSettled([creating]);
  if (created.length > 0) {
    await requireSession(memory).register(created.map((worker) => registrationOf(context, memory.pool, worker)));
  }
  for (const { startedAt } of created) metrics.workerCreationDuration.observe((clock.now() - startedAt) / 1000);
  memory.creationRefusal =
    outcome.status === 'fulfilled' ? undefined : creationRefusal(context, memory, outcome.reason);
}

export function registrationOf(
  { version }: Pick<ApplyContext, 'version'>,
  { metadata: { namespace } }: WorkerPool,
  { id, name }: Pick<WorkerFact, 'id' | 'name'>,
): WorkerRegistration {
  return { id, name, metadata: { worker: name, namespace, controller_version: version } };
}

export function deleteWorkers(
  context: ApplyContext,
  memory: PoolMemory,
  workers: readonly WorkerFact[],
  signal: AbortSignal,
): Promise<void> {
  return concurrently(PARALLEL_WRITES, workers, (worker) => deleteWorker(context, memory, worker, signal), signal);
}

async function createWorker(
  { metrics, client, caches }: ApplyContext,
  { pool }: PoolMemory,
  ulid: string,
  id: string,
  signal: AbortSignal,
): Promise<string> {
  const body = newWorker(pool, ulid, id);
  try {
    const written = await client.create(WORKERS, pool.metadata.namespace, body, { signal });
    caches.workers.noteWritten(written as Worker);
    return body.metadata.name;
  } catch (error) {
    metrics.workerCreationErrors.inc();
    throw error;
  }
}

/** @throws what is no answer of the API server. */
function creationRefusal(
  { clock, logger, random }: ApplyContext,
  memory: PoolMemory,
  error: unknown,
): PoolMemory['creationRefusal'] {
  const refusal = refusalOf(error);
  if (!refusal) throw error;
  const { namespace, name } = memory.pool.metadata;
  const failures = (memory.creationRefusal?.failures ?? 0) + 1;
  const message = explainRefusal(refusal, {
    object: 'new Workers',
    verb: 'create',
    namespace,
    field: 'the WorkerPool',
    then: 'they are then made by themselves',
  });
  logger.warn({ pool: `${namespace}/${name}`, err: error }, 'the API server did not take new Workers');
  return {
    problem: { reason: reasonOfRefusedWorker(refusal.kind), message },
    retryAt: clock.now() + backoffMs(failures, { ...RETRY, random }),
    failures,
  };
}

async function deleteWorker(
  { client }: ApplyContext,
  { pool, deleted }: PoolMemory,
  { name, uid }: WorkerFact,
  signal: AbortSignal,
): Promise<void> {
  const { namespace } = pool.metadata;
  await deleteObject(client, WORKERS, { namespace, name, uid }, { propagationPolicy: 'Background', signal });
  deleted.add(uid);
}

function newWorker(pool: WorkerPool, ulid: string, id: string): KubeObject & { spec: WorkerSpec } {
  const { name, namespace, uid } = pool.metadata;
  return {
    apiVersion: API_VERSION,
    kind: WORKER.kind,
    metadata: {
      name: workerName(name, id),
      namespace,
      labels: { [LABEL.workerPool]: ulid },
      annotations: { [ANNOTATION.workerPoolName]: name },
      finalizers: [FINALIZER.worker],
      ownerReferences: [
        { apiVersion: API_VERSION, kind: WORKER_POOL.kind, name, uid, controller: true, blockOwnerDeletion: true },
      ],
    },
    spec: {},
  };
}

export function requireSession(memory: PoolMemory): NonNullable<PoolMemory['session']> {
  if (!memory.session) throw new Error(`pool ${memory.uid} has no session`);
  return memory.session;
}
