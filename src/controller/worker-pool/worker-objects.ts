import { monotonicFactory } from 'ulid';
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
import { backoffMs, type Clock } from '../../time';
import type { Caches } from '../caches';
import { workerName, WORKERS } from '../resources';
import { concurrently } from '../concurrently';
import type { WorkerMetrics } from '../worker-metrics';
import { reasonOfRefusedWorker } from '../reasons';
import {
  explainRefusal,
  isConflict,
  isNotFound,
  refusalOf,
  type KubeClient,
  type KubeObject,
  type Logger,
} from '../runtime';
import type { PoolMemory } from './memory';
import type { WorkerFact } from './scaling';

/** Writes to the API server at once, for one pool. */
const PARALLEL_WRITES = 32;
const RETRY = { firstMs: 1_000, longestMs: 60_000 };

export interface WorkerObjectsOptions {
  readonly client: KubeClient;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly metrics: WorkerMetrics;
  readonly logger: Logger;
  /** Version of the controller, told to the control plane. */
  readonly version: string;
  /** From 0 to below 1. @default Math.random */
  readonly random?: () => number;
}

/** Makes and removes the Worker objects of a pool. */
export class WorkerObjects {
  private readonly newId = monotonicFactory();

  constructor(private readonly options: WorkerObjectsOptions) {}

  /** The object first: a Worker that the control plane did not hear of is registered by the next sync. */
  async create(memory: PoolMemory, count: number, ulid: string, signal: AbortSignal): Promise<void> {
    const { clock, metrics } = this.options;
    const created: { id: string; name: string; startedAt: number }[] = [];
    const refused = new AbortController();
    const ids = Array.from({ length: count }, () => this.newId());
    const creating = concurrently(
      PARALLEL_WRITES,
      ids,
      async (id) => {
        const startedAt = clock.now();
        try {
          created.push({ id, name: await this.createOne(memory, ulid, id, signal), startedAt });
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
      await requireSession(memory).register(created.map((worker) => this.registration(memory.pool, worker)));
    }
    for (const { startedAt } of created) metrics.workerCreationDuration.observe((clock.now() - startedAt) / 1000);
    if (outcome.status === 'fulfilled') memory.creationRefusal = undefined;
    else this.remember(memory, outcome.reason);
  }

  registration(pool: WorkerPool, worker: Pick<WorkerFact, 'id' | 'name'>): WorkerRegistration {
    return {
      id: worker.id,
      name: worker.name,
      metadata: {
        worker: worker.name,
        namespace: pool.metadata.namespace,
        controller_version: this.options.version,
      },
    };
  }

  remove(memory: PoolMemory, workers: readonly WorkerFact[], signal: AbortSignal): Promise<void> {
    return concurrently(PARALLEL_WRITES, workers, (worker) => this.removeOne(memory, worker, signal), signal);
  }

  private async createOne(memory: PoolMemory, ulid: string, id: string, signal: AbortSignal): Promise<string> {
    const { metrics, client, caches } = this.options;
    const body = newWorker(memory.pool, ulid, id);
    try {
      const written = await client.create(WORKERS, memory.pool.metadata.namespace, body, { signal });
      caches.workers.noteWritten(written as Worker);
      return body.metadata.name;
    } catch (error) {
      metrics.workerCreationErrors.inc();
      throw error;
    }
  }

  /** @throws what is no answer of the API server. */
  private remember(memory: PoolMemory, error: unknown): void {
    const { clock, logger, random } = this.options;
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
    memory.creationRefusal = {
      problem: { reason: reasonOfRefusedWorker(refusal.kind), message },
      retryAt: clock.now() + backoffMs(failures, { ...RETRY, random }),
      failures,
    };
    logger.warn({ pool: `${namespace}/${name}`, err: error }, 'the API server did not take new Workers');
  }

  private async removeOne(memory: PoolMemory, { name, uid }: WorkerFact, signal: AbortSignal): Promise<void> {
    const { namespace } = memory.pool.metadata;
    try {
      await this.options.client.delete(WORKERS, namespace, name, { uid, propagationPolicy: 'Background', signal });
    } catch (error) {
      // Another object of that name: the one that was meant is gone.
      if (!isConflict(error) && !isNotFound(error)) throw error;
    }
    memory.deleted.add(uid);
  }
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
