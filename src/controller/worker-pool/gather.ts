import { DEFAULTS, FINALIZER, LABEL, type Worker, type WorkerPool } from '../../api';
import { livePods, INDEX, type Caches } from '../caches';
import { workerIdOf } from '../resources';
import { disconnectedSince, type PoolMemory } from './memory';
import type { PoolSession } from './pool-session';
import type { WorkerFact } from './scaling';
import type { CredentialsFact, PoolSnapshot, TemplateFact } from './snapshot';
import { templateOf } from './template-check';

/** Freezes what is known of a pool, its Workers and its session. */
export function gather(memory: PoolMemory, caches: Caches, now: number): PoolSnapshot {
  const { pool, session } = memory;
  const { metadata, spec, status } = pool;
  const ulidLabel = metadata.labels?.[LABEL.poolUlid];
  const since = disconnectedSince(memory);
  return {
    now,
    generation: metadata.generation ?? 0,
    deleting: metadata.deletionTimestamp !== undefined,
    hasFinalizer: metadata.finalizers?.includes(FINALIZER.workerPool) ?? false,
    ...(ulidLabel !== undefined && { ulidLabel }),
    ...(spec?.poolSize !== undefined && { specSize: spec.poolSize }),
    reconnectAttempts: reconnectAttempts(pool),
    status: { ...status, conditions: status?.conditions ?? [] },
    credentials: credentialsFact(memory),
    ...(session && { session: session.fact }),
    ...(since !== undefined && { disconnectedSince: since }),
    template: templateFact(memory),
    ...(memory.problem && { problem: memory.problem }),
    ...(memory.creationRefusal && { creationRefusal: memory.creationRefusal }),
    workers: workersOf(caches, memory.uid).flatMap((worker) => workerFact(worker, memory, caches)),
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

/** Whether a Worker was made for another pool of the control plane than that of the session. */
export function isOfOtherPool({ metadata }: Worker, ulid: string | undefined): boolean {
  const label = metadata.labels?.[LABEL.workerPool];
  return ulid !== undefined && label !== undefined && label !== ulid;
}

/** What makes a new session necessary when it changes. */
export function sessionKey(pool: WorkerPool, fingerprint: string): string {
  const { commsProtocol = 'mqtt', pollCommsURL } = pool.spec ?? {};
  return JSON.stringify([fingerprint, commsProtocol, commsProtocol === 'poll' ? pollCommsURL : undefined]);
}

function credentialsFact({ credentials, pool }: PoolMemory): CredentialsFact {
  if (!credentials || credentials.result.state === 'absent') return { state: 'absent' };
  const { result, trouble } = credentials;
  if (result.state !== 'valid') return { state: 'invalid', problem: result.problem };
  return {
    state: 'valid',
    ulid: result.credentials.token.poolId,
    sessionKey: sessionKey(pool, result.credentials.fingerprint),
    ...(trouble && { trouble }),
  };
}

function templateFact(memory: PoolMemory): TemplateFact {
  const { key, imagesKnown } = templateOf(memory);
  return { key, imagesKnown, asking: memory.asking, ...(memory.template && { check: memory.template }) };
}

function workerFact(worker: Worker, memory: PoolMemory, caches: Caches): WorkerFact[] {
  const { metadata } = worker;
  const id = workerIdOf(worker);
  if (!id) return [];
  const livePod = livePods(caches, worker).length > 0;
  const told = heard(worker, id, memory.session);
  return [
    {
      id,
      name: metadata.name,
      uid: metadata.uid,
      createdAt: Date.parse(metadata.creationTimestamp),
      deleting: metadata.deletionTimestamp !== undefined || memory.deleted.has(metadata.uid),
      livePod,
      ...told,
      busy: livePod || told.busy,
    },
  ];
}

/** What was heard of a Worker from the control plane. */
function heard(
  worker: Worker,
  id: string,
  session: PoolSession | undefined,
): Pick<WorkerFact, 'registered' | 'busy' | 'retiring' | 'retired' | 'ofOtherPool' | 'askedAt'> {
  if (!session) return { registered: false, busy: false, retiring: false, retired: false, ofOtherPool: false };
  const view = session.view(id);
  const askedAt = session.lastAskedAt(id);
  return {
    registered: view !== undefined && !view.removed,
    busy: (view?.assignment ?? null) !== null,
    retiring: session.isRetiring(id),
    retired: session.isRetired(id),
    ofOtherPool: isOfOtherPool(worker, session.ulid),
    ...(askedAt !== undefined && { askedAt }),
  };
}
