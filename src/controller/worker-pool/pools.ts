import type { WorkerPool } from '../../api';
import type { Clock } from '../../time';
import { livePodsOfWorker, workersOfPool, type Caches } from '../caches';
import type { PoolRegistry, WorkerSession } from '../pool-registry';
import { workerIdOf, workerName } from '../resources';
import { keyFor, keyOf } from '../runtime';
import type { PoolWorkers } from '../worker-metrics';
import { disconnectedSince, newMemory, type PoolMemory } from './memory';

/** The memories of all pools, and what others may know of them. */
export class Pools implements PoolRegistry {
  private readonly byKey = new Map<string, PoolMemory>();
  private readonly byUid = new Map<string, PoolMemory>();
  private readonly listeners: ((workerKey: string) => void)[] = [];
  private readonly startedAt: number;

  constructor(
    private readonly caches: Caches,
    private readonly clock: Clock,
  ) {
    this.startedAt = clock.now();
  }

  sessionOf(poolUid: string): WorkerSession | undefined {
    return this.byUid.get(poolUid)?.session;
  }

  disconnectedSince(poolUid: string): number | undefined {
    const memory = this.byUid.get(poolUid);
    return memory ? disconnectedSince(memory) : this.startedAt;
  }

  onWorkerChange(listener: (workerKey: string) => void): void {
    this.listeners.push(listener);
  }

  memoryOf(key: string): PoolMemory | undefined {
    return this.byKey.get(key);
  }

  all(): Iterable<PoolMemory> {
    return this.byKey.values();
  }

  /** The memory of the object that the cache shows; that of a former object with this name ends. */
  async remember(key: string): Promise<PoolMemory | undefined> {
    const pool = this.caches.pools.getByKey(key);
    const former = this.byKey.get(key);
    if (former && former.uid !== pool?.metadata.uid) {
      await former.session?.close();
      this.byKey.delete(key);
      this.byUid.delete(former.uid);
    }
    if (!pool) return undefined;
    const memory = this.byKey.get(key) ?? newMemory(pool, this.caches.pools, this.clock.now());
    this.byKey.set(key, memory);
    this.byUid.set(memory.uid, memory);
    return memory;
  }

  /** Something was heard of one Worker of the pool. */
  tellWorker({ metadata }: WorkerPool, workerId: string): void {
    this.tell(keyFor(metadata.namespace, workerName(metadata.name, workerId)));
  }

  /** Something was heard that concerns every Worker of the pool. */
  tellWorkers({ metadata }: WorkerPool): void {
    for (const worker of workersOfPool(this.caches, metadata.uid)) this.tell(keyOf(worker));
  }

  /** Counts Workers from what is observed, for the gauges. */
  *workersByPool(): Iterable<PoolWorkers> {
    for (const { session, uid } of this.byKey.values()) {
      if (!session) continue;
      const workers = workersOfPool(this.caches, uid);
      const busy = workers.filter((worker) => {
        const id = workerIdOf(worker);
        return (id && session.view(id)?.assignment) || livePodsOfWorker(this.caches, worker).length > 0;
      });
      yield { ulid: session.ulid, total: workers.length, idle: workers.length - busy.length };
    }
  }

  private tell(workerKey: string): void {
    for (const listener of this.listeners) listener(workerKey);
  }
}
