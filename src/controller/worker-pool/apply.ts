import { FINALIZER, LABEL, type Worker, type WorkerPool } from '../../api';
import type { ObservedWorker } from '../../protocol/messages';
import { livePods, type Caches } from '../caches';
import { workerIdOf, WORKER_POOLS } from '../resources';
import { concurrently } from '../concurrently';
import { attemptOf } from '../run/pod';
import { type KubeClient } from '../runtime';
import type { Clock } from '../../time';
import { isOfOtherPool, workersOf } from './gather';
import type { PoolMemory } from './memory';
import type { PoolSession } from './pool-session';
import type { Action } from './snapshot';
import { writeUnowned } from './unowned';
import { requireSession, type WorkerObjects } from './worker-objects';

export interface ApplyOptions {
  readonly client: KubeClient;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly workers: WorkerObjects;
  readonly openSession: (memory: PoolMemory) => Promise<PoolSession>;
  /** Begins to ask; the answer comes later. */
  readonly checkTemplate: (memory: PoolMemory) => void;
}

/** Carries out what `decide` decided. */
export class Applier {
  constructor(private readonly options: ApplyOptions) {}

  async apply(memory: PoolMemory, action: Action, signal: AbortSignal): Promise<void> {
    const { workers } = this.options;
    switch (action.kind) {
      case 'mark-pool':
        await this.patchPool(memory, (finalizers) => [...finalizers, FINALIZER.workerPool], signal, action.ulid);
        if (action.size !== undefined) await this.setFirstSize(memory, action.size, signal);
        return;
      case 'open-session':
        memory.session = await this.options.openSession(memory);
        return;
      case 'leave-pool':
        // What is not listed is retired there, and what had not started goes to other Workers. It would be forgotten anyway.
        await Promise.allSettled([requireSession(memory).sync(this.observe(memory).filter(({ pod }) => pod !== null))]);
        return this.closeSession(memory);
      case 'sync':
        return requireSession(memory).sync(this.observe(memory));
      case 'check-template':
        return this.options.checkTemplate(memory);
      case 'create-workers':
        return workers.create(memory, action.count, action.ulid, signal);
      case 'register-workers':
        return requireSession(memory).register(
          action.workers.map((worker) => workers.registration(memory.pool, worker)),
        );
      case 'retire-workers': {
        const session = requireSession(memory);
        // All are asked in the same turn, so that the session puts them into one request.
        await concurrently(action.workers.length, action.workers, async ({ id }) => void (await session.retire(id)));
        return;
      }
      case 'remove-workers':
        return workers.remove(memory, action.workers, signal);
      case 'close-session':
        return this.closeSession(memory);
      case 'unmark-pool':
        return this.patchPool(
          memory,
          (finalizers) => finalizers.filter((name) => name !== FINALIZER.workerPool),
          signal,
        );
    }
  }

  private async closeSession(memory: PoolMemory): Promise<void> {
    await memory.session?.close();
    memory.session = undefined;
    memory.sessionlessSince = this.options.clock.now();
  }

  private async patchPool(
    memory: PoolMemory,
    change: (finalizers: readonly string[]) => string[],
    signal: AbortSignal,
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
    const patch = { type: 'merge', signal } as const;
    memory.pool = await client.patch<WorkerPool>(WORKER_POOLS, namespace, name, { metadata }, patch);
    if (!memory.pool.metadata.deletionTimestamp) caches.pools.noteWritten(memory.pool);
  }

  private async setFirstSize(memory: PoolMemory, size: number, signal: AbortSignal): Promise<void> {
    memory.pool = await writeUnowned(this.options.client, memory.pool, { poolSize: size }, signal);
    this.options.caches.pools.noteWritten(memory.pool);
  }

  private observe(memory: PoolMemory): ObservedWorker[] {
    const { session } = memory;
    return workersOf(this.options.caches, memory.uid).flatMap((worker) => {
      const id = workerIdOf(worker);
      if (!id || isOfOtherPool(worker, session?.ulid)) return [];
      return [{ id, pod: this.observedPod(worker, session?.view(id)?.assignment?.runId) }];
    });
  }

  /** The Pod of the run that the Worker has; without it, what else still runs there. */
  private observedPod(worker: Worker, runId: string | undefined): ObservedWorker['pod'] {
    const attempts = livePods(this.options.caches, worker).flatMap((live) => attemptOf(live) ?? []);
    const ofRun = attempts.filter((attempt) => attempt.runId === runId);
    // Of two attempts at one run the later one counts.
    return ofRun.sort((a, b) => b.attempt - a.attempt)[0] ?? attempts[0] ?? null;
  }
}
