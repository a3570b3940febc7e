import { API_VERSION, WORKER_POOL, type WorkerPool } from '../../../api';
import { CredentialsError, parseToken } from '../../../protocol/token';
import { parsePrivateKey, requireMatchingPair } from '../../../protocol/auth';
import { REGISTRATION_KEY, registrationSecret, WORKER_POOLS } from '../../resources';
import { controllerOf, SECRETS, type KubeClient } from '../../runtime';
import type { Secret } from '../credentials';

/** What a pool that registers itself has in its Secret: the key from the beginning, the token once it has one. */
export interface Registration {
  readonly secret: Secret;
  /** Base64 of the PEM. */
  readonly privateKey: string;
  readonly csrPem: string;
  readonly token?: string;
}

export const isOwn = (secret: Secret, { metadata }: WorkerPool): boolean =>
  controllerOf(secret, WORKER_POOLS)?.uid === metadata.uid;

/** The Secret of that name, whoever made it. */
export function getSecret(
  client: Pick<KubeClient, 'get'>,
  { metadata: { name, namespace } }: WorkerPool,
  signal: AbortSignal,
): Promise<Secret | undefined> {
  return client.get<Secret>(SECRETS, namespace, registrationSecret(name), { signal });
}

/** Undefined where somebody has taken the key away. */
export function registrationOf(secret: Secret): Registration | undefined {
  const value = (key: string): string => Buffer.from(secret.data?.[key] ?? '', 'base64').toString('utf8');
  const [privateKey, csrPem, token] = [
    value(REGISTRATION_KEY.privateKey),
    value(REGISTRATION_KEY.csr),
    value(REGISTRATION_KEY.token),
  ];
  if (privateKey === '' || csrPem === '') return undefined;
  return { secret, privateKey, csrPem, ...(token !== '' && { token }) };
}

/** Makes the key of a pool and keeps it, before anybody else hears of it. @param former has lost what it had */
export async function keepNewKey(
  client: Pick<KubeClient, 'create' | 'update'>,
  { metadata }: WorkerPool,
  former: Secret | undefined,
  signal: AbortSignal,
): Promise<Registration> {
  // The certificate library is large, and most pools bring their key.
  const { makePoolKey } = await import('../../../protocol/pool-key');
  const { privateKeyPem, csrPem } = await makePoolKey('rsa');
  const { name, namespace, uid } = metadata;
  const data = dataOf({ [REGISTRATION_KEY.privateKey]: base64(privateKeyPem), [REGISTRATION_KEY.csr]: csrPem });
  const body = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: {
      name: registrationSecret(name),
      namespace,
      ownerReferences: [
        { apiVersion: API_VERSION, kind: WORKER_POOL.kind, name, uid, controller: true, blockOwnerDeletion: true },
      ],
    },
    data,
  } as unknown as Secret;
  const secret = former
    ? await client.update<Secret>(SECRETS, namespace, { ...former, data }, { signal })
    : await client.create<Secret>(SECRETS, namespace, body, { signal });
  return { secret, privateKey: base64(privateKeyPem), csrPem };
}

/** @throws a conflict when the Secret has changed meanwhile */
export async function keepToken(
  client: Pick<KubeClient, 'update'>,
  { secret }: Registration,
  token: string,
  signal: AbortSignal,
): Promise<void> {
  const data = { ...secret.data, ...dataOf({ [REGISTRATION_KEY.token]: token }) };
  await client.update<Secret>(SECRETS, secret.metadata.namespace, { ...secret, data }, { signal });
}

/** Whether a pool's token was made for this key. */
export function isForKey(token: string | undefined, { privateKey }: Registration): boolean {
  if (token === undefined) return false;
  try {
    requireMatchingPair(parseToken(token).certificate, parsePrivateKey(privateKey));
    return true;
  } catch (error) {
    if (error instanceof CredentialsError) return false;
    throw error;
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const dataOf = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, base64(value)]));
