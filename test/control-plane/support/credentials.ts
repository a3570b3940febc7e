import '../../../src/control-plane/pki/x509';
import { webcrypto } from 'node:crypto';
import { x509 } from '../../../src/control-plane/pki/x509';

export type KeyKind = 'EC' | 'RSA' | 'Ed25519';

const ALGORITHMS = {
  EC: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  RSA: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  Ed25519: { name: 'Ed25519' },
} as const;

export interface TestKey {
  readonly privateKeyPem: string;
  readonly csr: string;
}

/** A fresh key and a signing request for it. */
export async function makeKey(kind: KeyKind = 'EC', algorithm: object = ALGORITHMS[kind]): Promise<TestKey> {
  const keys = await webcrypto.subtle.generateKey(algorithm as typeof ALGORITHMS.EC, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=test pool',
    keys,
    signingAlgorithm: algorithm as typeof ALGORITHMS.EC,
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { privateKeyPem: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'), csr: request.toString('pem') };
}
