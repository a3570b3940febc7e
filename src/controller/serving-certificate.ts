// The certificate library needs the metadata polyfill before its own first line.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cryptoProvider, PemConverter, X509CertificateGenerator } from '@peculiar/x509';
import type { Clock } from '../time';

export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

const DAY_MS = 86_400_000;
/** How long a certificate of our own is valid, and when it gives way to the next. */
const OWN_VALID_MS = 365 * DAY_MS;
const OWN_RENEWED_AFTER_MS = 180 * DAY_MS;

/** The certificate to serve with at any moment: the user's, as its files hold it now, or one of our own. */
export class ServingCertificate {
  private own: { readonly pair: KeyPair; readonly madeAt: number } | undefined;

  constructor(
    /** Where the user's is looked for: `tls.crt`, `tls.key`. */
    private readonly folder: string,
    private readonly clock: Clock,
  ) {}

  async current(): Promise<KeyPair> {
    return (await this.ofUser()) ?? (await this.ofOurs());
  }

  private async ofUser(): Promise<KeyPair | undefined> {
    try {
      const read = (name: string) => readFile(join(this.folder, name), 'utf8');
      const [cert, key] = await Promise.all([read('tls.crt'), read('tls.key')]);
      return { cert, key };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  private async ofOurs(): Promise<KeyPair> {
    const now = this.clock.now();
    if (!this.own || now - this.own.madeAt >= OWN_RENEWED_AFTER_MS || now < this.own.madeAt) {
      this.own = { pair: await selfSigned(now), madeAt: now };
    }
    return this.own.pair;
  }
}

async function selfSigned(now: number): Promise<KeyPair> {
  // The library's types want the browser's declarations, which a program for Node does not have.
  cryptoProvider.set(webcrypto as never);
  const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=controller-manager-metrics',
    notBefore: new Date(now - 3_600_000),
    notAfter: new Date(now + OWN_VALID_MS),
    signingAlgorithm,
    keys,
  });
  return {
    cert: certificate.toString('pem'),
    key: PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'),
  };
}
