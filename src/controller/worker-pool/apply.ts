import { monotonicFactory } from 'ulid';
import {
  ANNOTATION,
  API_VERSION,
  FINALIZER,
  LABEL,
  WORKER,
  WORKER_POOL,
  type Worker,
  type WorkerSpec,
  type WorkerPool,
} from '../../api';
import type { ObservedWorker, WorkerRegistration } from '../../protocol/messages';
import { attemptOf, livePods, workerIdOf, WORKER_POOLS, WORKERS, type Caches } from '../caches';
import { concurrently } from '../concurrently';
import type { ControllerMetrics } from '../metrics';
import type { Clock } from '../../time';
import { isConflict, isNotFound, type KubeClient, type KubeObject } from '../runtime';
import { workersOf } from './gather';
import type { PoolMemory } from './memory';
import type { PoolSession } from './pool-session';
import type { WorkerFact } from './scaling';
import type { Action } from './snapshot';
import { checkTemplate } from './template-check';
import { writeUnowned } from './unowned';

/** Writes to the API server at once, for one pool. */
const PARALLEL_WRITES = 32;
/** Workers that are made before they are registered, in one request. */
const CREATE_BATCH = 500;

export interface ApplyOptions {
  readonly client: KubeClient;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly metrics: ControllerMetrics;
  /** Version of the controller, told to the control plane. */
  readonly version: string;
  readonly openSession: (memory: PoolMemory) => Promise<PoolSession>;
  /** ULIDs of new Workers. @default monotonic ones */
  readonly newId?: () => string;
}

/** Carries out what `decide` decided. */
export class Applier {
  private readonly newId: () => string;

  constructor(private readonly options: ApplyOptions) {
    this.newId = options.newId ?? monotonicFactory();
  }

  async apply(memory: PoolMemory, action: Action): Promise<void> {
    switch (action.kind) {
      case 'mark-pool':
        await this.patchPool(memory, (finalizers) => [...finalizers, FINALIZER.workerPool], action.ulid);
        if (action.size !== undefined) await this.setFirstSize(memory, action.size);
        return;
      case 'open-session':
        memory.session = await this.options.openSession(memory);
        return;
      case 'sync':
        return requireSession(memory).sync(this.observe(memory));
      case 'check-template':
        return this.checkTemplate(memory);
      case 'create-workers':
        return this.createWorkers(memory, action.count, action.ulid);
      case 'register-workers':
        return requireSession(memory).register(action.workers.map((worker) => this.registration(memory.pool, worker)));
      case 'retire-workers': {
        const session = requireSession(memory);
        // All are asked in the same turn, so that the session puts them into one request.
        await concurrently(action.workers.length, action.workers, async ({ id }) => void (await session.retire(id)));
        return;
      }
      case 'remove-workers':
        return concurrently(PARALLEL_WRITES, action.workers, (worker) => this.removeWorker(memory, worker));
      case 'release-workers':
        return concurrently(PARALLEL_WRITES, action.workers, (worker) => this.releaseWorker(memory, worker));
      case 'close-session':
        await memory.session?.close();
        memory.session = undefined;
        memory.sessionlessSince = this.options.clock.now();
        return;
      case 'unmark-pool':
        return this.patchPool(memory, (finalizers) => finalizers.filter((name) => name !== FINALIZER.workerPool));
    }
  }

  private async patchPool(
    memory: PoolMemory,
    change: (finalizers: string[]) => string[],
    ulid?: string,
  ): Promise<void> {
    const { client, caches } = this.options;
    const { name, namespace, resourceVersion, finalizers = [] } = memory.pool.metadata;
    const metadata = {
      // Lists are replaced whole by a merge patch: nobody else's finalizer may get lost.
      resourceVersion,
      finalizers: [...new Set(change(finalizers))],
      ...(ulid && { labels: { [LABEL.poolUlid]: ulid } }),
    };
    memory.pool = await client.patch<WorkerPool>(WORKER_POOLS, namespace, name, { metadata }, { type: 'merge' });
    if (!memory.pool.metadata.deletionTimestamp) caches.pools.noteWritten(memory.pool);
  }

  private async setFirstSize(memory: PoolMemory, size: number): Promise<void> {
    memory.pool = await writeUnowned(this.options.client, memory.pool, { poolSize: size });
    this.options.caches.pools.noteWritten(memory.pool);
  }

  private observe(memory: PoolMemory): ObservedWorker[] {
    return workersOf(this.options.caches, memory.uid).flatMap((worker) => {
      const id = workerIdOf(worker);
      if (!id) return [];
      const [pod] = livePods(this.options.caches, worker).flatMap((live) => attemptOf(live) ?? []);
      return [{ id, pod: pod ?? null }];
    });
  }

  private async checkTemplate(memory: PoolMemory): Promise<void> {
    const { pool } = memory;
    const ulid = memory.session?.ulid ?? pool.metadata.labels?.[LABEL.poolUlid] ?? '';
    const verdict = await checkTemplate(this.options.client, pool, ulid);
    memory.template = {
      generation: pool.metadata.generation ?? 0,
      verdict,
      checkedAt: this.options.clock.now(),
    };
  }

  /** The object first: a Worker that the control plane did not hear of is registered by the next sync. */
  private async createWorkers(memory: PoolMemory, count: number, ulid: string): Promise<void> {
    const { clock, metrics, client, caches } = this.options;
    const session = requireSession(memory);
    for (let made = 0; made < count; made += CREATE_BATCH) {
      const ids = Array.from({ length: Math.min(CREATE_BATCH, count - made) }, () => this.newId());
      const created: { id: string; name: string; startedAt: number }[] = [];
      const creating = concurrently(PARALLEL_WRITES, ids, async (id) => {
        const startedAt = clock.now();
        const body = newWorker(memory.pool, ulid, id);
        try {
          caches.workers.noteWritten((await client.create(WORKERS, memory.pool.metadata.namespace, body)) as Worker);
          created.push({ id, name: body.metadata.name, startedAt });
        } catch (error) {
          metrics.workerCreationErrors.inc();
          throw error;
        }
      });
      const [outcome] = await Promise.allSettled([creating]);
      await session.register(created.map((worker) => this.registration(memory.pool, worker)));
      for (const { startedAt } of created) metrics.workerCreationDuration.observe((clock.now() - startedAt) / 1000);
      if (outcome?.status === 'rejected') throw outcome.reason;
    }
  }

  private registration(pool: WorkerPool, worker: Pick<WorkerFact, 'id' | 'name'>): WorkerRegistration {
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

  private async removeWorker(memory: PoolMemory, { name, uid }: WorkerFact): Promise<void> {
    const { client } = this.options;
    try {
      await client.delete(WORKERS, memory.pool.metadata.namespace, name, { uid, propagationPolicy: 'Background' });
    } catch (error) {
      // Another object of that name: the one that was meant is gone.
      if (!isConflict(error) && !isNotFound(error)) throw error;
    }
    memory.deleted.add(uid);
  }

  private async releaseWorker(memory: PoolMemory, worker: WorkerFact): Promise<void> {
    const { client, caches } = this.options;
    const { namespace } = memory.pool.metadata;
    await this.removeWorker(memory, worker);
    const object = caches.workers.get(namespace, worker.name);
    if (object?.metadata.uid !== worker.uid) return;
    const finalizers = object.metadata.finalizers?.filter((name) => name !== FINALIZER.worker) ?? [];
    const body = { metadata: { uid: worker.uid, finalizers } };
    try {
      caches.workers.noteWritten(await client.patch<Worker>(WORKERS, namespace, worker.name, body, { type: 'merge' }));
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error)) throw error;
    }
  }
}

function newWorker(pool: WorkerPool, ulid: string, id: string): KubeObject & { spec: WorkerSpec } {
  const { name, namespace, uid } = pool.metadata;
  return {
    apiVersion: API_VERSION,
    kind: WORKER.kind,
    metadata: {
      name: `${name}-${id.toLowerCase()}`,
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

function requireSession(memory: PoolMemory): PoolSession {
  if (!memory.session) throw new Error(`pool ${memory.uid} has no session`);
  return memory.session;
}
