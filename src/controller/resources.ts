import { GROUP, VERSION, WORKER, WORKER_POOL, type SecretKeyRef, type Worker, type WorkerPool } from '../api';
import { controllerOf, keyFor, type KubeObject, type ResourceType } from './runtime';

export const WORKER_POOLS: ResourceType = {
  group: GROUP,
  version: VERSION,
  plural: WORKER_POOL.plural,
  kind: WORKER_POOL.kind,
};
export const WORKERS: ResourceType = { group: GROUP, version: VERSION, plural: WORKER.plural, kind: WORKER.kind };

/** The name of the Worker object with this ULID: `<pool>-<ulid lower-case>`. */
export function workerName(poolName: string, workerId: string): string {
  return `${poolName}-${workerId.toLowerCase()}`;
}

/** The Worker's ULID, upper-case, from its name; undefined for one whose name was not made so: it is none of ours. */
export function workerIdOf({ metadata }: Pick<Worker, 'metadata'>): string | undefined {
  const id = metadata.name.slice(-26).toUpperCase();
  return /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id) ? id : undefined;
}

/** The UID of the WorkerPool that controls the Worker. */
export function poolUidOf(worker: Worker): string | undefined {
  return controllerOf(worker, WORKER_POOLS)?.uid;
}

/** `namespace/name` of the WorkerPool that controls the Worker. */
export function poolKeyOf(worker: Worker): string | undefined {
  return ownerKey(worker, WORKER_POOLS);
}

/** The UID of the Worker that controls the Pod. */
export function workerUidOf(pod: KubeObject): string | undefined {
  return controllerOf(pod, WORKERS)?.uid;
}

/** `namespace/name` of the Worker that controls the Pod. */
export function workerKeyOf(pod: KubeObject): string | undefined {
  return ownerKey(pod, WORKERS);
}

/** Keys of the Secret of a pool that registers itself, as `spec.token` and `spec.privateKey` would name them. */
export const REGISTRATION_KEY = { token: 'token', privateKey: 'privateKey', csr: 'certificateSigningRequest' } as const;

/** The Secret in which a pool that registers itself has its token and private key. */
export function registrationSecret(poolName: string): string {
  return `${poolName}-registration`;
}

/** Whether a pool has no token and key of its own. */
export function registersItself({ spec }: Pick<WorkerPool, 'spec'>): boolean {
  return !spec?.token && !spec?.privateKey;
}

/** Where token and private key of a pool lie, whoever put them there. */
export function credentialsOf(pool: WorkerPool): { readonly token?: SecretKeyRef; readonly privateKey?: SecretKeyRef } {
  if (!registersItself(pool)) return { token: pool.spec?.token, privateKey: pool.spec?.privateKey };
  const name = registrationSecret(pool.metadata.name);
  const at = (key: string): SecretKeyRef => ({ secretKeyRef: { name, key } });
  return { token: at(REGISTRATION_KEY.token), privateKey: at(REGISTRATION_KEY.privateKey) };
}

function ownerKey(object: KubeObject, resource: ResourceType): string | undefined {
  const owner = controllerOf(object, resource);
  return owner && keyFor(object.metadata.namespace, owner.name);
}
