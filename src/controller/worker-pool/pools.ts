import type { WorkerPool } from '../../api';
import type { Clock } from '../../time';
import { INDEX, livePods, type Caches } from '../caches';
import { workerIdOf } from '../resources';
import type { PoolWorkers } from '../worker-metrics';
import type { PoolHandle, PoolRegistry } from '../pool-registry';
import { disconnectedSince, newMemory, type PoolMemory } from './memory';

/** The memories of all pools, and what others may know of them. */
export class Pools implements PoolRegistry {
  private readonly byKey = new Map<string, PoolMemory>();
  private readonly byPoolUid = new Map<string, PoolMemory>();
  private readonly listeners: ((poolUid: string, workerId: string) => void)[] = [];
  private readonly startedAt: number;

  constructor(
    private readonly caches: Caches,
    private readonly clock: Clock,
  ) {
    this.startedAt = clock.now();
  }

  byUid(poolUid: string): PoolHandle | undefined {
    return this.byPoolUid.get(poolUid)?.session;
  }

  disconnectedSince(poolUid: string): number | undefined {
    const memory = this.byPoolUid.get(poolUid);
    return memory ? disconnectedSince(memory) : this.startedAt;
  }

  onWorkerChange(listener: (poolUid: string, workerId: string) => void): void {
    this.listeners.push(listener);
  }

  memory(poolUid: string | undefined): PoolMemory | undefined {
    return poolUid === undefined ? undefined : this.byPoolUid.get(poolUid);
  }

  memoryOf(key: string): PoolMemory | undefined {
    return this.byKey.get(key);
  }

  all(): Iterable<PoolMemory> {
    return this.byKey.values();
  }

  /** The memory of the object that the cache shows; that of a former object with this name ends. */
  async remember(key: string, pool: WorkerPool | undefined): Promise<PoolMemory | undefined> {
    const former = this.byKey.get(key);
    if (former && former.uid !== pool?.metadata.uid) {
      await former.session?.close();
      this.byKey.delete(key);
      this.byPoolUid.delete(former.uid);
    }
    if (!pool) return undefined;
    const memory = this.byKey.get(key) ?? newMemory(pool, this.clock.now());
    this.byKey.set(key, memory);
    this.byPoolUid.set(memory.uid, memory);
    memory.pool = pool;
    return memory;
  }

  /** The newest object of the cache, as long as it is the same. */
  newest({ uid, pool }: PoolMemory): WorkerPool {
    const { namespace, name } = pool.metadata;
    const cached = this.caches.pools.get(namespace, name);
    return cached?.metadata.uid === uid ? cached : pool;
  }

  tell(poolUid: string, workerId: string): void {
    for (const listener of this.listeners) listener(poolUid, workerId);
  }

  tellAll(poolUid: string): void {
    for (const worker of this.caches.workers.byIndex(INDEX.pool, poolUid)) {
      const id = workerIdOf(worker);
      if (id) this.tell(poolUid, id);
    }
  }

  /** Counts Workers from what is observed, for the gauges. */
  *workersByPool(): Iterable<PoolWorkers> {
    for (const { session, uid } of this.byKey.values()) {
      if (!session) continue;
      const workers = this.caches.workers.byIndex(INDEX.pool, uid);
      const busy = workers.filter((worker) => {
        const id = workerIdOf(worker);
        return (id && session.view(id)?.assignment) || livePods(this.caches, worker).length > 0;
      });
      yield { ulid: session.ulid, total: workers.length, idle: workers.length - busy.length };
    }
  }
}
