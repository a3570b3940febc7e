import { DEFAULTS, FINALIZER, LABEL, type Worker, type WorkerPool } from '../../api';
import { livePodsOfWorker, workersOfPool, type Caches } from '../caches';
import { registersItself, workerIdOf } from '../resources';
import type { Sources } from './context';
import type { WorkerFact } from './decide-scaling';
import { disconnectedSince, type PoolMemory } from './memory';
import { credentialsDueAt } from './refresh-credentials';
import { hashOf, settingsOf } from './registration/settings';
import type { PoolSession } from './session';
import type { CredentialsFact, PoolSnapshot, RegistrationFact, TemplateFact } from './snapshot';
import { templateOf } from './template-check';

/** Everything known of a pool, its Workers and its session at this moment; undefined once its object is gone. */
export function gather({ caches, pools }: Sources, key: string, now: number): PoolSnapshot | undefined {
  const memory = pools.memoryOf(key);
  const pool = caches.pools.getByKey(key);
  if (!memory || memory.uid !== pool?.metadata.uid) return undefined;
  const { metadata, spec, status } = pool;
  return {
    now,
    generation: metadata.generation ?? 0,
    deleting: metadata.deletionTimestamp !== undefined,
    hasFinalizer: metadata.finalizers?.includes(FINALIZER.workerPool) ?? false,
    ulidLabel: metadata.labels?.[LABEL.poolUlid],
    specSize: spec?.poolSize,
    reconnectAttempts: reconnectAttempts(pool),
    status: { ...status, conditions: status?.conditions ?? [] },
    credentials: credentialsFact(memory),
    credentialsDueAt: credentialsDueAt(memory),
    registration: registrationFact(memory),
    session: memory.session?.fact,
    disconnectedSince: disconnectedSince(memory),
    template: templateFact(memory),
    problem: memory.problem,
    creationRefusal: memory.creationRefusal,
    workers: workersOfPool(caches, memory.uid).flatMap((worker) => workerFact(worker, memory, caches)),
  };
}

function reconnectAttempts({ spec = {} }: WorkerPool): number {
  const { commsProtocol = 'mqtt', mqttReconnectRetryCount = DEFAULTS.mqttReconnectRetryCount } = spec;
  return commsProtocol === 'mqtt' ? mqttReconnectRetryCount : 0;
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

function registrationFact({ pool, registration }: PoolMemory): RegistrationFact | undefined {
  return registersItself(pool) ? { ...registration, settings: hashOf(settingsOf(pool)) } : undefined;
}

function templateFact(memory: PoolMemory): TemplateFact {
  const { key, imagesKnown } = templateOf(memory);
  return { key, imagesKnown, asking: memory.asksTemplate, ...(memory.template && { check: memory.template }) };
}

function workerFact(worker: Worker, memory: PoolMemory, caches: Caches): WorkerFact[] {
  const { metadata } = worker;
  const id = workerIdOf(worker);
  if (!id) return [];
  const livePod = livePodsOfWorker(caches, worker).length > 0;
  const known = heard(worker, id, memory.session);
  return [
    {
      id,
      name: metadata.name,
      uid: metadata.uid,
      createdAt: Date.parse(metadata.creationTimestamp),
      deleting: metadata.deletionTimestamp !== undefined || memory.deleted.has(metadata.uid),
      livePod,
      ...known,
      busy: livePod || known.busy,
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
