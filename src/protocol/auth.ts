import { createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { importPKCS8, SignJWT } from 'jose';
import { withShapeAdvice } from './secret-shapes';
import { CredentialsError, decodeBase64 } from './token';

/** Audience of every JWT that a pool signs. */
export const POOL_AUDIENCE = 'worker-pools';
/** The common name in the signing requests that our own tools make; nothing depends on it. */
export const POOL_REQUEST_SUBJECT = 'workers.spacelift.io';
/** How long a pool's JWT is valid, in seconds. */
const POOL_JWT_SECONDS = 300;

type PoolJwtAlgorithm = 'RS256' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA';

const CURVES: Readonly<Record<string, PoolJwtAlgorithm>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

/** The JWT algorithm of a private or public key, from its type. @throws CredentialsError for a type that has none. */
export function jwtAlgorithm(key: KeyObject): PoolJwtAlgorithm {
  if (key.asymmetricKeyType === 'rsa') return 'RS256';
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA';
  const curve = key.asymmetricKeyDetails?.namedCurve ?? '';
  const algorithm = key.asymmetricKeyType === 'ec' ? CURVES[curve] : undefined;
  if (algorithm) return algorithm;
  throw new CredentialsError(
    'privateKey',
    `keys of type ${[key.asymmetricKeyType ?? 'unknown', curve].join(' ').trim()} are not supported: use RSA, EC (P-256, P-384, P-521) or Ed25519`,
  );
}

/** Hex SHA-256 of the certificate's DER, lower-case without colons: the `kid` of the pool's JWTs. */
export function certificateFingerprint(certificatePem: string): string {
  return new X509Certificate(certificatePem).fingerprint256.replaceAll(':', '').toLowerCase();
}

/**
 * Reads the Secret's `privateKey`: base64 of a PEM private key without a passphrase.
 * @throws CredentialsError without any part of the key in its message.
 */
export function parsePrivateKey(base64: string): string {
  const pem = decodeBase64(base64, 'privateKey');
  try {
    jwtAlgorithm(createPrivateKey(pem));
  } catch (error) {
    if (error instanceof CredentialsError) throw error;
    const words = 'the privateKey is base64, but not of a PEM private key without a passphrase';
    throw new CredentialsError('privateKey', withShapeAdvice(words, 'privateKey', base64));
  }
  return pem;
}

/** @throws CredentialsError when the certificate cannot be read, or was made for another key. */
export function requireMatchingPair(certificatePem: string, privateKeyPem: string): void {
  const certificate = readCertificate(certificatePem);
  const publicKey = createPublicKey(createPrivateKey(privateKeyPem)).export({ type: 'spki', format: 'der' });
  if (!certificate.publicKey.export({ type: 'spki', format: 'der' }).equals(publicKey)) {
    throw new CredentialsError(
      'pair',
      'token and privateKey belong to different pools, or the pool was reset: put both parts of one pool into the Secret',
    );
  }
}

function readCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new CredentialsError(
      'token',
      'the certificate in the token cannot be read: use the token file exactly as the control plane made it, or make a new one for the pool',
    );
  }
}

export interface PoolJwtInput {
  /** ULID of the pool. */
  readonly poolId: string;
  /** PEM of the pool's certificate, from its token. */
  readonly certificate: string;
  /** PEM of the pool's private key. */
  readonly privateKeyPem: string;
  /** Milliseconds since the epoch. @default Date.now() */
  readonly now?: number;
}

/** Makes the proof of a pool's identity, valid for POOL_JWT_SECONDS. @throws CredentialsError for an unusable key. */
export async function signPoolJwt(input: PoolJwtInput): Promise<string> {
  const key = createPrivateKey(input.privateKeyPem);
  const algorithm = jwtAlgorithm(key);
  const issuedAt = Math.floor((input.now ?? Date.now()) / 1000);
  const pkcs8 = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  return new SignJWT({})
    .setProtectedHeader({ alg: algorithm, kid: certificateFingerprint(input.certificate) })
    .setIssuer(input.poolId)
    .setAudience(POOL_AUDIENCE)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + POOL_JWT_SECONDS)
    .sign(await importPKCS8(pkcs8, algorithm));
}

/** Keeps one JWT and makes the next a minute before it expires. */
export function poolJwtSource(input: Omit<PoolJwtInput, 'now'>, now: () => number): () => Promise<string> {
  let current: { readonly jwt: Promise<string>; readonly madeAt: number } | undefined;
  return () => {
    const time = now();
    const age = current === undefined ? 0 : time - current.madeAt;
    // Of negative age is one that was made before the clock was set back: to others it comes from the future.
    if (current === undefined || age < 0 || age >= (POOL_JWT_SECONDS - 60) * 1000) {
      current = { jwt: signPoolJwt({ ...input, now: time }), madeAt: time };
    }
    return current.jwt;
  };
}
