import { LABEL, REASON, type WorkerPool } from '../../../api';
import { CredentialsError, parseToken } from '../../../protocol/token';
import { explainRefusal, keyOf, refusalOf, SECRETS, type KubeClient } from '../../runtime';
import { reasonOfRefusedSecret } from '../../reasons';
import type { ControlPlaneApi } from './control-plane-api';
import { RegistrationError } from './error';
import { getSecret, isForKey, isOwn, keepNewKey, keepToken, registrationOf, type Registration } from './secret';
import { changeOf, settingsOf, type KnownPool } from './settings';

export interface Step {
  readonly client: KubeClient;
  readonly pool: WorkerPool;
  readonly api: ControlPlaneApi;
  readonly signal: AbortSignal;
}

/**
 * Gives the pool a token. What ends in between is found again: the key is kept before the control plane hears of it, and
 * a pool there that has this key is this one.
 */
export async function register({ client, pool, api, signal }: Step): Promise<void> {
  const registration = await keptKey(client, pool, signal);
  if (registration.token !== undefined) return;
  const token = await tokenFor(api, pool, registration);
  await explained(pool, 'change', () => keepToken(client, registration, token, signal));
}

async function keptKey(client: KubeClient, pool: WorkerPool, signal: AbortSignal): Promise<Registration> {
  const secret = await explained(pool, 'read', () => getSecret(client, pool, signal));
  if (secret && !isOwn(secret, pool)) {
    const { name, namespace } = secret.metadata;
    throw new RegistrationError(
      REASON.secretTaken,
      `the pool would keep its token in Secret "${name}" of namespace "${namespace}", which is not of this WorkerPool: ` +
        'delete the Secret, or give the WorkerPool another name',
    );
  }
  const kept = secret && registrationOf(secret);
  return kept ?? explained(pool, secret ? 'change' : 'create', () => keepNewKey(client, pool, secret, signal));
}

async function tokenFor(api: ControlPlaneApi, pool: WorkerPool, key: Registration): Promise<string> {
  const { name, labels = {} } = pool.metadata;
  const id = labels[LABEL.poolUlid];
  const former = id === undefined ? undefined : await api.pool(id, { withToken: true });
  if (former && isForKey(former.config, key)) return former.config!;
  // Its Secret is lost: runs that have started go on, and nobody else can use the former key.
  if (former && isOfThis(former, pool, api)) return api.reset(former.id, key.csrPem);
  for (const other of await api.idsByName(name)) {
    const found = await api.pool(other, { withToken: true });
    if (found && isForKey(found.config, key)) return found.config!;
    if (found) throw nameTaken(found, pool, api);
  }
  return api.create(settingsOf(pool), key.csrPem, keyOf(pool));
}

/** The pool that the WorkerPool's label names may be another's: manifests are copied with their labels. */
function isOfThis(
  { name, managedBy, managedByK8sController }: KnownPool,
  pool: WorkerPool,
  api: ControlPlaneApi,
): boolean {
  if (name !== pool.metadata.name) return false;
  if (managedBy !== undefined) return managedBy === keyOf(pool);
  return !api.tellsManaged || managedByK8sController;
}

function nameTaken({ id, name, managedBy }: KnownPool, pool: WorkerPool, api: ControlPlaneApi): RegistrationError {
  const whose = managedBy ? `is managed by the WorkerPool ${managedBy} of a cluster` : 'is not of this WorkerPool';
  const adopt =
    managedBy === keyOf(pool) || !api.tellsManaged
      ? `; or take it over, where no other cluster has it, by the label ${LABEL.poolUlid}=${id}`
      : '';
  return new RegistrationError(
    REASON.poolNameTaken,
    `the control plane at ${api.endpoint} has a pool ${name} already (${id}), which ${whose}: ` +
      `give the WorkerPool another name, or rename or delete that pool${adopt}`,
    true,
  );
}

/** Has the control plane say of the pool what the WorkerPool says. */
export async function settleSettings({ pool, api }: Step, id: string): Promise<void> {
  const actual = await api.pool(id);
  if (!actual) {
    throw new RegistrationError(
      REASON.poolLost,
      `pool ${id} was deleted in the control plane at ${api.endpoint}: delete the Secret of the registration to have a new ` +
        'pool made, or delete the WorkerPool',
      true,
    );
  }
  if (isReleased(actual, api)) return;
  const change = changeOf(actual, settingsOf(pool));
  if (change) await api.update(id, change);
}

/** An admin has taken the pool out of the cluster's hands. */
const isReleased = ({ managedByK8sController }: KnownPool, { tellsManaged }: ControlPlaneApi): boolean =>
  tellsManaged && !managedByK8sController;

/** What the pool has in its Secret. */
export async function ownSecret({ client, pool, signal }: Omit<Step, 'api'>): Promise<Registration | undefined> {
  const secret = await explained(pool, 'read', () => getSecret(client, pool, signal));
  return secret && isOwn(secret, pool) ? registrationOf(secret) : undefined;
}

/** Deletes the pool in the control plane. @param own what its Secret holds */
export async function deletePool({ pool, api }: Step, own: Registration | undefined): Promise<void> {
  const id = own?.token !== undefined ? idOf(own.token) : pool.metadata.labels?.[LABEL.poolUlid];
  const known = id === undefined ? undefined : await api.pool(id, { withToken: true });
  if (known && (isForKeyOf(known, own) || isOfThis(known, pool, api))) {
    if (!isReleased(known, api)) await api.delete(known.id);
    return;
  }
  // It was made, and the answer was lost.
  if (!own || own.token !== undefined) return;
  for (const other of await api.idsByName(pool.metadata.name)) {
    const found = await api.pool(other, { withToken: true });
    if (found && isForKey(found.config, own)) await api.delete(other);
  }
}

const isForKeyOf = ({ config }: KnownPool, own: Registration | undefined): boolean =>
  own !== undefined && isForKey(config, own);

function idOf(token: string): string | undefined {
  try {
    return parseToken(token).poolId;
  } catch (error) {
    if (error instanceof CredentialsError) return undefined;
    throw error;
  }
}

/** The Secret goes last: with it, the deletion can be taken up again. */
export async function deleteSecret(
  { client, pool, signal }: Omit<Step, 'api'>,
  { secret }: Registration,
): Promise<void> {
  const { name, namespace, uid } = secret.metadata;
  await explained(pool, 'delete', () =>
    client.delete(SECRETS, namespace, name, { ...(uid !== undefined && { uid }), signal }),
  );
}

/** @throws RegistrationError in place of a refusal of the API server that does not pass by itself */
async function explained<T>(
  pool: WorkerPool,
  verb: 'read' | 'create' | 'change' | 'delete',
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal || refusal.transient) throw error;
    const message = explainRefusal(refusal, {
      object: 'the Secret of the registration',
      verb,
      namespace: pool.metadata.namespace,
      field: 'the WorkerPool',
      then: 'the pool then registers by itself',
    });
    throw new RegistrationError(reasonOfRefusedSecret(refusal.kind), message);
  }
}
