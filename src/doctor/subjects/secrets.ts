import { X509Certificate } from 'node:crypto';
import { LABEL, REASON, type WorkerPool } from '../../api';
import { credentialsOf, registersItself } from '../../controller/resources';
import { SECRETS } from '../../controller/runtime';
import { placeOf } from '../../controller/worker-pool/registration/api-credentials';
import { readCredentials, type Secret } from '../../controller/worker-pool/credentials';
import { spanInWords } from '../../time';
import type { Found } from '../finding';
import { poolName, type Scene } from '../scene';
import { subject } from '../subject';
import type { ClusterView, Seen } from '../view';

/** What is kept of a pool's Secret: nothing that is secret. */
export interface PoolToken {
  readonly poolId: string;
  readonly endpoint: string;
  readonly mqtt: string;
  readonly ca: string;
  /** In milliseconds since the epoch. */
  readonly certificateEnds: number;
  readonly authorityEnds: number | undefined;
}

export interface SecretFact {
  readonly pool: WorkerPool;
  /** A sentence of what is wrong with it; undefined: it could not be read. */
  readonly credentials: PoolToken | { readonly problem: string } | undefined;
  /** A Secret with an API key that is not there, of a pool that has to register itself. */
  readonly missingApiSecret?: string;
}

/** When an end that comes is told. */
const SOON_MS = 30 * 24 * 3_600_000;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/;

const kinds = {
  'secret-invalid': {
    level: 'FAILED',
    meaning:
      'The Secret of a WorkerPool is missing, lacks a key, cannot be read as token and private key, or holds those of two pools.',
    mend: 'Write the Secret anew: worker-pools pool reset POOL --out DIR --kubernetes-secret NAME, or both files of the pool as they were made.',
  },
  'secret-other-pool': {
    level: 'WARNING',
    meaning: 'The token in the Secret is of another pool than the one that the WorkerPool was registered as.',
    mend: 'Where that was meant, wait until its Workers have moved; otherwise put the former token and key back.',
  },
  'certificate-expired': {
    level: 'FAILED',
    meaning: "The certificate in a pool's token, or the control plane's authority in it, has expired.",
    mend: 'Give the pool a new token: worker-pools pool reset POOL, then put both parts into the Secret.',
  },
  'certificate-expires': {
    level: 'WARNING',
    meaning: "The certificate in a pool's token, or the control plane's authority in it, expires within 30 days.",
    mend: 'Give the pool a new token before: worker-pools pool reset POOL, then put both parts into the Secret.',
  },
  'api-secret-missing': {
    level: 'FAILED',
    meaning:
      'A WorkerPool has neither token and key, nor a Secret with an API key with which it could register itself.',
    mend: 'Set spec.token and spec.privateKey, or create the Secret; docs/guides/pools-that-register-themselves.md has its keys.',
  },
} as const;

type Code = keyof typeof kinds;

export function secretFindings({ now, secrets }: { now: number; secrets: readonly SecretFact[] }): Found<Code>[] {
  return secrets.flatMap(({ pool, credentials, missingApiSecret }): Found<Code>[] => {
    const object = poolName(pool);
    if (missingApiSecret) return [{ code: 'api-secret-missing', object, message: missingApiSecret }];
    if (!credentials) return [];
    if ('problem' in credentials) return [{ code: 'secret-invalid', object, message: credentials.problem }];
    const registered = pool.metadata.labels?.[LABEL.poolUlid];
    const isOther = registered !== undefined && registered !== credentials.poolId;
    const other = `its token is of pool ${credentials.poolId}, and it is registered as ${registered}`;
    return [
      ...(isOther ? [{ code: 'secret-other-pool', object, message: other } as const] : []),
      ...endFindings(object, 'the certificate of the pool', credentials.certificateEnds, now),
      ...endFindings(object, "the control plane's authority", credentials.authorityEnds, now),
    ];
  });
}

function endFindings(object: string, what: string, ends: number | undefined, now: number): Found<Code>[] {
  if (ends === undefined || ends - now > SOON_MS) return [];
  const when = `${what} in its token`;
  return ends <= now
    ? [{ code: 'certificate-expired', object, message: `${when} expired ${spanInWords(now - ends)} ago` }]
    : [{ code: 'certificate-expires', object, message: `${when} expires in ${spanInWords(ends - now)}` }];
}

/** Reads token and key as the controller does, and keeps of them what is no secret. */
export async function secretFactOf(
  view: ClusterView,
  pool: WorkerPool,
  controllerNamespace?: string,
): Promise<SecretFact> {
  const { namespace } = pool.metadata;
  let isUnseen = false;
  const result = await readCredentials(credentialsOf(pool), namespace, async (name) => {
    const secret: Seen<Secret | undefined> = await view.get<Secret>(SECRETS, namespace, name);
    isUnseen ||= secret === 'unseen';
    return secret === 'unseen' ? undefined : secret;
  });
  if (isUnseen || result.state === 'unreadable') return { pool, credentials: undefined };
  if (result.state === 'valid') return { pool, credentials: withoutSecrets(result.credentials.token) };
  const isAbsent = result.state === 'absent' || result.problem.reason === REASON.secretNotFound;
  // A pool that registers itself makes its Secret, as soon as it may.
  if (registersItself(pool) && isAbsent) {
    return { pool, credentials: undefined, ...(await apiSecretFact(view, pool, controllerNamespace)) };
  }
  return {
    pool,
    credentials: { problem: result.state === 'absent' ? 'it has a token without a key' : result.problem.message },
  };
}

async function apiSecretFact(
  view: ClusterView,
  pool: WorkerPool,
  controllerNamespace: string | undefined,
): Promise<Pick<SecretFact, 'missingApiSecret'>> {
  const { namespace, name } = placeOf(pool, controllerNamespace ?? '');
  if (namespace === '' || name === '') return {};
  if ((await view.get<Secret>(SECRETS, namespace, name)) !== undefined) return {};
  return { missingApiSecret: `it has no token, and there is no Secret ${namespace}/${name} with an API key` };
}

function withoutSecrets({
  poolId,
  endpoint,
  mqtt,
  ca,
  certificate,
}: Omit<PoolToken, 'certificateEnds' | 'authorityEnds'> & { certificate: string }): PoolToken {
  const authority = CERTIFICATE.exec(ca)?.[0];
  return {
    poolId,
    endpoint,
    mqtt,
    ca,
    certificateEnds: endOf(certificate),
    authorityEnds: authority && endOf(authority),
  } as PoolToken;
}

const endOf = (pem: string): number => Date.parse(new X509Certificate(pem).validTo);

/** The namespace of the controller that looks after a pool. */
export const operatorNamespace = ({ controllers }: Scene, pool: WorkerPool): string | undefined =>
  controllers === 'unseen'
    ? undefined
    : controllers.find(({ namespaces: of }) => of.length === 0 || of.includes(pool.metadata.namespace))?.namespace;

export const secrets = subject<{ now: number; secrets: readonly SecretFact[] }, Code>({
  name: 'secrets',
  looksAt:
    'The Secret of each WorkerPool, read by its name: token and key are there, well-formed, of one pool, and have not expired. Neither is printed or kept.',
  kinds,
  gather: async ({ view, scene }) => ({
    now: scene.now,
    secrets: await Promise.all(scene.pools.map((pool) => secretFactOf(view, pool, operatorNamespace(scene, pool)))),
  }),
  findings: secretFindings,
});
