// The certificate library needs the metadata polyfill before its own first line.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { cryptoProvider, PemConverter, Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { POOL_REQUEST_SUBJECT } from './auth';

const ALGORITHMS = {
  rsa: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 4096, publicExponent: new Uint8Array([1, 0, 1]) },
  ec: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
} as const;

export type KeyKind = keyof typeof ALGORITHMS;

/** Makes a private key and a signing request for it; only the request is for others. */
export async function makePoolKey(kind: KeyKind): Promise<{ privateKeyPem: string; csrPem: string }> {
  // The library's types want the browser's declarations, which a program for Node does not have.
  cryptoProvider.set(webcrypto as never);
  const algorithm = ALGORITHMS[kind];
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: `CN=${POOL_REQUEST_SUBJECT}`,
    keys,
    signingAlgorithm: algorithm,
  });
  const privateKeyPem = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { privateKeyPem: `${privateKeyPem}\n`, csrPem: `${request.toString('pem')}\n` };
}
