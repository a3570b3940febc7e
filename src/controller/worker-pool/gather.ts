import { DEFAULTS, FINALIZER, LABEL, type Worker, type WorkerPool } from '../../api';
import { livePods, workerIdOf, INDEX, type Caches } from '../caches';
import type { PoolMemory } from './memory';
import type { PoolSession } from './pool-session';
import type { WorkerFact } from './scaling';
import type { CredentialsFact, PoolSnapshot } from './snapshot';

/** Freezes what is known of a pool, its Workers and its session. */
export function gather(memory: PoolMemory, caches: Caches, now: number): PoolSnapshot {
  const { pool, session } = memory;
  const { metadata, spec, status } = pool;
  const ulidLabel = metadata.labels?.[LABEL.poolUlid];
  return {
    now,
    generation: metadata.generation ?? 0,
    deleting: metadata.deletionTimestamp !== undefined,
    hasFinalizer: metadata.finalizers?.includes(FINALIZER.workerPool) ?? false,
    ...(ulidLabel !== undefined && { ulidLabel }),
    ...(spec?.poolSize !== undefined && { specSize: spec.poolSize }),
    reconnectAttempts: reconnectAttempts(pool),
    status: { ...status, conditions: status?.conditions ?? [] },
    credentials: credentialsFact(memory, now),
    ...(session && { session: session.fact }),
    ...(memory.template && { template: memory.template }),
    workers: workersOf(caches, memory.uid).flatMap((worker) => workerFact(worker, memory, caches, session)),
  };
}

function reconnectAttempts({ spec = {} }: WorkerPool): number {
  const { commsProtocol = 'mqtt', mqttReconnectRetryCount = DEFAULTS.mqttReconnectRetryCount } = spec;
  return commsProtocol === 'mqtt' ? mqttReconnectRetryCount : 0;
}

/** Every Worker that the pool controls. */
export function workersOf(caches: Caches, poolUid: string): readonly Worker[] {
  return caches.workers.byIndex(INDEX.pool, poolUid);
}

/** What makes a new session necessary when it changes. */
export function sessionKey(pool: WorkerPool, fingerprint: string): string {
  const { commsProtocol = 'mqtt', pollCommsURL } = pool.spec ?? {};
  return JSON.stringify([fingerprint, commsProtocol, commsProtocol === 'poll' ? pollCommsURL : undefined]);
}

function credentialsFact({ credentials, pool }: PoolMemory, now: number): CredentialsFact {
  if (!credentials) return { state: 'absent', since: now };
  const { result, since } = credentials;
  if (result.state === 'absent') return { state: 'absent', since };
  if (result.state === 'invalid') return { state: 'invalid', since, problem: result.problem };
  return {
    state: 'valid',
    ulid: result.credentials.token.poolId,
    sessionKey: sessionKey(pool, result.credentials.fingerprint),
  };
}

function workerFact(
  worker: Worker,
  memory: PoolMemory,
  caches: Caches,
  session: PoolSession | undefined,
): WorkerFact[] {
  const { metadata } = worker;
  const id = workerIdOf(worker);
  if (!id) return [];
  const view = session?.view(id);
  const livePod = livePods(caches, worker).length > 0;
  const askedAt = session?.lastAskedAt(id);
  return [
    {
      id,
      name: metadata.name,
      uid: metadata.uid,
      createdAt: Date.parse(metadata.creationTimestamp),
      deleting: metadata.deletionTimestamp !== undefined || memory.deleted.has(metadata.uid),
      held: metadata.finalizers?.includes(FINALIZER.worker) ?? false,
      registered: view !== undefined && !view.removed,
      busy: livePod || (view?.assignment ?? null) !== null,
      livePod,
      retiring: session?.isRetiring(id) ?? false,
      retired: session?.isRetired(id) ?? false,
      ...(askedAt !== undefined && { askedAt }),
    },
  ];
}
