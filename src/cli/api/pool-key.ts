import { webcrypto } from 'node:crypto';
import { POOL_REQUEST_SUBJECT } from '../../protocol/auth';
import { exportPrivateKey, x509 } from '../../control-plane/pki/x509';

const ALGORITHMS = {
  rsa: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 4096, publicExponent: new Uint8Array([1, 0, 1]) },
  ec: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
} as const;

export type KeyKind = keyof typeof ALGORITHMS;

/** Makes a private key and a signing request for it; only the request is for others. */
export async function makePoolKey(kind: KeyKind): Promise<{ privateKeyPem: string; csrPem: string }> {
  const algorithm = ALGORITHMS[kind];
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: `CN=${POOL_REQUEST_SUBJECT}`,
    keys,
    signingAlgorithm: algorithm,
  });
  return { privateKeyPem: `${await exportPrivateKey(keys.privateKey)}\n`, csrPem: `${request.toString('pem')}\n` };
}
