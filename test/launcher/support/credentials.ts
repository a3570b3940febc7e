import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { X509CertificateGenerator } from '@peculiar/x509';
import { encodeToken } from '../../../src/protocol/token';

const POOL_ID = '01K0PPPPPPPPPPPPPPPPPPPPPP';

export interface PoolCredentials {
  readonly certificate: string;
  /** As the Secret has it: base64 of the PEM. */
  readonly privateKey: string;
  token(endpoint: string): string;
}

/** A pool's key, its certificate, and tokens for any endpoint. */
export async function poolCredentials(): Promise<PoolCredentials> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${POOL_ID}`,
    keys,
    signingAlgorithm: algorithm,
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const pem = `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`;
  return {
    certificate: certificate.toString('pem'),
    privateKey: Buffer.from(pem).toString('base64'),
    token: (endpoint) =>
      encodeToken({
        version: 1,
        poolId: POOL_ID,
        endpoint,
        mqtt: 'mqtt://127.0.0.1:1',
        ca: '',
        certificate: certificate.toString('pem'),
      }),
  };
}

/** Lays token and key where the Pod's Secret volume has them. */
export async function mountCredentials(folder: string, token: string, privateKey: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'token'), token);
  await writeFile(join(folder, 'privateKey'), privateKey);
}
