import { createHash } from 'node:crypto';
import type { SecretKeyRef, WorkerPoolSpec } from '../../api';
import { REASON } from '../../api';
import { parsePrivateKey, requireMatchingPair } from '../../protocol/auth';
import { withShapeAdvice, type SecretPart } from '../../protocol/secret-shapes';
import { CredentialsError, parseToken, type PoolToken } from '../../protocol/token';
import { explainRefusal, refusalOf, type KubeObject } from '../runtime';
import { decodeBase64 } from './base64';
import type { Problem } from './snapshot';

export interface Secret extends KubeObject {
  data?: Record<string, string>;
}

/** A pool's proof of identity, read and checked. */
export interface PoolCredentials {
  readonly token: PoolToken;
  readonly privateKeyPem: string;
  /** Changes whenever token or key do; says nothing of them. */
  readonly fingerprint: string;
}

export type CredentialsResult =
  /** `spec` names neither token nor privateKey. */
  | { readonly state: 'absent' }
  | { readonly state: 'invalid'; readonly problem: Problem }
  /** The API server did not give the Secrets out: nothing is known of what they hold. */
  | { readonly state: 'unreadable'; readonly problem: Problem }
  | { readonly state: 'valid'; readonly credentials: PoolCredentials };

/** Carries a Problem up from the step that found it. */
class ProblemError extends Error {
  constructor(
    readonly problem: Problem,
    readonly state: 'invalid' | 'unreadable' = 'invalid',
  ) {
    super(problem.message);
  }
}

/**
 * Reads token and private key of a pool and checks that they belong together.
 * @param getSecret The Secret of that name beside the pool; undefined when there is none.
 * @throws what `getSecret` throws, unless it is an answer of the API server.
 */
export async function readCredentials(
  spec: Pick<WorkerPoolSpec, 'token' | 'privateKey'> | undefined,
  namespace: string,
  getSecret: (name: string) => Promise<Secret | undefined>,
): Promise<CredentialsResult> {
  if (!spec?.token || !spec.privateKey) return { state: 'absent' };
  const names = new Set([secretName(spec.token), secretName(spec.privateKey)]);
  try {
    const reading = [...names].map(async (name) => [name, await read(name, namespace, getSecret)] as const);
    const secrets = new Map(await Promise.all(reading));
    const token = valueOf('token', spec.token, namespace, secrets);
    const privateKey = valueOf('privateKey', spec.privateKey, namespace, secrets);
    return { state: 'valid', credentials: decodeCredentials(token, privateKey) };
  } catch (error) {
    if (error instanceof ProblemError) return { state: error.state, problem: error.problem };
    throw error;
  }
}

async function read(
  name: string,
  namespace: string,
  getSecret: (name: string) => Promise<Secret | undefined>,
): Promise<Secret | undefined> {
  // The reference without a name gets a sentence of its own.
  if (name === '') return undefined;
  try {
    return await getSecret(name);
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    const message = explainRefusal(refusal, {
      object: `Secret "${name}"`,
      verb: 'read',
      namespace,
      field: 'spec.token and spec.privateKey',
      then: 'the pool then registers by itself',
    });
    throw problem(REASON.secretUnreadable, message, 'unreadable');
  }
}

/** @throws ProblemError */
function decodeCredentials(token: string, privateKey: string): PoolCredentials {
  requireBase64('token', token);
  requireBase64('privateKey', privateKey);
  try {
    const parsed = parseToken(token);
    const privateKeyPem = parsePrivateKey(privateKey);
    requireMatchingPair(parsed.certificate, privateKeyPem);
    const fingerprint = createHash('sha256').update(`${token}\n${privateKey}`).digest('hex');
    return { token: parsed, privateKeyPem, fingerprint };
  } catch (error) {
    if (!(error instanceof CredentialsError)) throw error;
    throw problem(REASON_OF_PART[error.part], error.message);
  }
}

const REASON_OF_PART = {
  token: REASON.tokenInvalid,
  privateKey: REASON.privateKeyInvalid,
  pair: REASON.credentialsMismatch,
} as const;

/** The documented wording of what keeps a token from being read. */
function problem(reason: string, message: string, state?: 'unreadable'): ProblemError {
  return new ProblemError({ reason, message: `cannot retrieve workerpool token: ${message}` }, state);
}

function requireBase64(part: SecretPart, value: string): void {
  try {
    decodeBase64(value);
  } catch (error) {
    const words = `unable to base64 decode ${part}: ${(error as Error).message}`;
    throw problem(REASON_OF_PART[part], withShapeAdvice(words, part, value));
  }
}

function valueOf(
  part: SecretPart,
  reference: SecretKeyRef,
  namespace: string,
  secrets: ReadonlyMap<string, Secret | undefined>,
): string {
  const name = secretName(reference);
  const { key } = reference.secretKeyRef;
  if (name === '') {
    throw problem(
      REASON.secretNotFound,
      `spec.${part}.secretKeyRef.name is empty: name the Secret that holds the ${part}`,
    );
  }
  const secret = secrets.get(name);
  if (!secret) {
    throw problem(
      REASON.secretNotFound,
      `there is no Secret "${name}" in namespace "${namespace}", which spec.${part} names: create it with the key "${key}"`,
    );
  }
  const encoded = secret.data?.[key];
  if (encoded === undefined) {
    const keys = Object.keys(secret.data ?? {}).sort();
    const present = keys.length > 0 ? `it has ${keys.map((each) => `"${each}"`).join(', ')}` : 'it is empty';
    throw problem(
      REASON.secretNotFound,
      `Secret "${name}" in namespace "${namespace}" has no key "${key}", which spec.${part} names (${present})`,
    );
  }
  return Buffer.from(encoded, 'base64').toString('utf8');
}

function secretName(reference: SecretKeyRef): string {
  return reference.secretKeyRef.name ?? '';
}
