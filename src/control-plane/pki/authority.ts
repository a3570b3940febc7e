import { createPublicKey, hkdfSync, webcrypto, X509Certificate } from 'node:crypto';
import { ConfigurationError } from '../errors';
import type { KeyFiles } from '../key-files';
import { certificatesIn } from './certificates';
import { EC_P256, exportPrivateKey, HOUR_MS, importEcPrivateKey, randomSerialNumber, x509, YEAR_MS } from './x509';

/** Certificates of servers begin so much earlier, because clocks differ, and are set back. */
const BACKDATED_MS = HOUR_MS;
/** The authority begins long before it was made: nobody can renew it when the clock turns out to have been wrong. */
const AUTHORITY_BACKDATED_MS = YEAR_MS;
const AUTHORITY_LIFE_MS = 20 * YEAR_MS;
const SERVER_LIFE_MS = YEAR_MS;
/** No date at all (RFC 5280, 4.1.2.5). */
const NEVER = new Date('9999-12-31T23:59:59Z');

/** The control plane's own certificate authority: it signs its server certificate and the certificates of pools. */
export class Authority {
  private constructor(
    /** PEM, which goes into every token: that of the authority, and of others that clients are to trust beside it. */
    readonly certificatePem: string,
    private readonly certificate: x509.X509Certificate,
    private readonly key: webcrypto.CryptoKey,
    private readonly now: () => number,
  ) {}

  /**
   * Reads `ca.crt` and `ca.key`, or makes them at first start. `ca.crt` may hold more than one certificate, for the time
   * in which one authority replaces another: that of `ca.key` signs, and all are trusted.
   */
  static async open(keys: KeyFiles, now: () => number): Promise<Authority> {
    // The key is written last: with it, both are there.
    if (!keys.has('ca.key')) {
      const made = await makeAuthority(now());
      keys.write('ca.crt', made.certificate);
      keys.write('ca.key', made.key);
    }
    const certificatePem = keys.read('ca.crt');
    const keyPem = keys.read('ca.key');
    const own = certificateOf(keyPem, certificatePem, keys.folder);
    return new Authority(certificatePem, new x509.X509Certificate(own), await importEcPrivateKey(keyPem), now);
  }

  /** When its certificate ends, in milliseconds since the epoch. */
  get endsAt(): number {
    return this.certificate.notAfter.getTime();
  }

  /** Whether it signed a certificate, and not one of the same name did. */
  signed(certificate: X509Certificate): boolean {
    return certificate.verify(new X509Certificate(this.certificate.toString('pem')).publicKey);
  }

  /**
   * PEM of a client certificate for a pool. It has no end, because nothing could renew it: a pool is who the control plane
   * has on file, until a reset.
   */
  async signPool(poolId: string, publicKey: x509.PublicKey): Promise<string> {
    const certificate = await x509.X509CertificateGenerator.create({
      subject: [{ CN: [poolId] }],
      ...this.issuance(this.certificate.notBefore, NEVER),
      publicKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
        await this.keyIdentifier(),
      ],
    });
    return certificate.toString('pem');
  }

  /** Certificate and key of the server, valid for a year, for these names and addresses. */
  async issueServer(names: readonly string[]): Promise<{ certificate: string; key: string }> {
    const keys = await webcrypto.subtle.generateKey(EC_P256, true, ['sign', 'verify']);
    const now = this.now();
    const certificate = await x509.X509CertificateGenerator.create({
      subject: [{ CN: ['worker-pools control plane'] }],
      ...this.issuance(new Date(now - BACKDATED_MS), new Date(now + SERVER_LIFE_MS)),
      publicKey: keys.publicKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isAddress(value) ? ('ip' as const) : ('dns' as const), value })),
        ),
        await this.keyIdentifier(),
      ],
    });
    return { certificate: certificate.toString('pem'), key: await exportPrivateKey(keys.privateKey) };
  }

  /** Certificate and key with which the control plane itself is a client, under a name that no pool has. */
  async issueClient(name: string): Promise<{ certificate: string; key: string }> {
    const keys = await webcrypto.subtle.generateKey(EC_P256, true, ['sign', 'verify']);
    const now = this.now();
    const certificate = await x509.X509CertificateGenerator.create({
      subject: [{ CN: [name] }],
      ...this.issuance(new Date(now - BACKDATED_MS), new Date(now + SERVER_LIFE_MS)),
      publicKey: keys.publicKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
        await this.keyIdentifier(),
      ],
    });
    return { certificate: certificate.toString('pem'), key: await exportPrivateKey(keys.privateKey) };
  }

  /**
   * PEM of a certificate revocation list. It has no end: a broker that gets no newer one for a while is to go on with what it
   * has, where one that has run out would refuse everybody.
   */
  async revocationList(
    revoked: readonly { readonly certificate: string; readonly revokedAt: number }[],
  ): Promise<string> {
    const list = await x509.X509CrlGenerator.create({
      issuer: this.certificate.subjectName.toJSON(),
      thisUpdate: new Date(this.now() - BACKDATED_MS),
      nextUpdate: NEVER,
      entries: revoked.map(({ certificate, revokedAt }) => ({
        serialNumber: new X509Certificate(certificate).serialNumber,
        revocationDate: new Date(revokedAt),
      })),
      extensions: [await this.keyIdentifier()],
      signingAlgorithm: EC_P256,
      signingKey: this.key,
    });
    // The library calls it a CRL, OpenSSL reads an X509 CRL.
    return `${x509.PemConverter.encode(list.rawData, 'X509 CRL')}\n`;
  }

  /** A word that only holders of the authority's key know, the same for all of them. */
  async secretWord(purpose: string): Promise<string> {
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', this.key));
    return Buffer.from(hkdfSync('sha256', pkcs8, '', `worker-pools ${purpose}`, 16)).toString('hex');
  }

  /** By it, clients that trust two authorities of the same name know which of them signed. */
  private async keyIdentifier(): Promise<x509.Extension> {
    return x509.AuthorityKeyIdentifierExtension.create(this.certificate.publicKey);
  }

  private issuance(notBefore: Date, notAfter: Date) {
    return {
      serialNumber: randomSerialNumber(),
      issuer: this.certificate.subjectName.toJSON(),
      notBefore,
      notAfter,
      signingKey: this.key,
      signingAlgorithm: EC_P256,
    };
  }
}

/** Certificate and private key of a new authority, as they lie in `ca.crt` and `ca.key`. */
export async function makeAuthority(now: number): Promise<{ certificate: string; key: string }> {
  const keys = await webcrypto.subtle.generateKey(EC_P256, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerialNumber(),
    name: [{ CN: ['worker-pools control plane authority'] }],
    notBefore: new Date(now - AUTHORITY_BACKDATED_MS),
    notAfter: new Date(now + AUTHORITY_LIFE_MS),
    keys,
    signingAlgorithm: EC_P256,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key: `${await exportPrivateKey(keys.privateKey)}\n` };
}

/** The certificate among several that was made for a key. */
function certificateOf(keyPem: string, certificatesPem: string, folder: string): string {
  const readable = <T>(name: string, read: () => T): T => {
    try {
      return read();
    } catch {
      throw new ConfigurationError(
        `${name} in ${folder} cannot be read as PEM: put there what was made with the other keys`,
      );
    }
  };
  const publicKey = readable('ca.key', () => createPublicKey(keyPem).export({ format: 'der', type: 'spki' }));
  const own = certificatesIn(certificatesPem).find((pem) =>
    readable('ca.crt', () => new X509Certificate(pem))
      .publicKey.export({ format: 'der', type: 'spki' })
      .equals(publicKey),
  );
  if (own) return own;
  throw new ConfigurationError(
    `ca.key in ${folder} is not the key of a certificate in ca.crt there: put both of one authority there`,
  );
}

export function isAddress(name: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(name) || name.includes(':');
}
