import { webcrypto } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileDurably } from '../durable-file';
import { EC_P256, exportPrivateKey, importEcPrivateKey, randomSerialNumber, x509, YEAR_MS } from './x509';

/** Certificates begin so much earlier, because clocks differ. */
const BACKDATED_MS = 5 * 60_000;

/** The control plane's own certificate authority: it signs its server certificate and the certificates of pools. */
export class Authority {
  private constructor(
    /** PEM, which goes into every token. */
    readonly certificatePem: string,
    private readonly certificate: x509.X509Certificate,
    private readonly key: webcrypto.CryptoKey,
    private readonly now: () => number,
  ) {}

  /** Reads `ca.crt` and `ca.key` of a folder, or makes them there at first start. */
  static async open(folder: string, now: () => number): Promise<Authority> {
    const [certificatePath, keyPath] = [join(folder, 'ca.crt'), join(folder, 'ca.key')];
    // The key is written last: with it, both are there.
    if (!existsSync(keyPath)) {
      const made = await makeAuthority(now());
      writeFileDurably(certificatePath, made.certificate, 0o644);
      writeFileDurably(keyPath, made.key, 0o600);
    }
    const certificatePem = readFileSync(certificatePath, 'utf8');
    const key = await importEcPrivateKey(readFileSync(keyPath, 'utf8'));
    return new Authority(certificatePem, new x509.X509Certificate(certificatePem), key, now);
  }

  /** PEM of a client certificate for a pool, valid for ten years. */
  async signPool(poolId: string, publicKey: x509.PublicKey): Promise<string> {
    const certificate = await x509.X509CertificateGenerator.create({
      subject: [{ CN: [poolId] }],
      ...this.issuance(10 * YEAR_MS),
      publicKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
      ],
    });
    return certificate.toString('pem');
  }

  /** Certificate and key of the server, valid for a year, for these names and addresses. */
  async issueServer(names: readonly string[]): Promise<{ certificate: string; key: string }> {
    const keys = await webcrypto.subtle.generateKey(EC_P256, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.create({
      subject: [{ CN: ['worker-pools control plane'] }],
      ...this.issuance(YEAR_MS),
      publicKey: keys.publicKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isAddress(value) ? ('ip' as const) : ('dns' as const), value })),
        ),
      ],
    });
    return { certificate: certificate.toString('pem'), key: await exportPrivateKey(keys.privateKey) };
  }

  private issuance(lifeMs: number) {
    const now = this.now();
    return {
      serialNumber: randomSerialNumber(),
      issuer: this.certificate.subjectName.toJSON(),
      notBefore: new Date(now - BACKDATED_MS),
      notAfter: new Date(now + lifeMs),
      signingKey: this.key,
      signingAlgorithm: EC_P256,
    };
  }
}

async function makeAuthority(now: number): Promise<{ certificate: string; key: string }> {
  const keys = await webcrypto.subtle.generateKey(EC_P256, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerialNumber(),
    name: [{ CN: ['worker-pools control plane authority'] }],
    notBefore: new Date(now - BACKDATED_MS),
    notAfter: new Date(now + 20 * YEAR_MS),
    keys,
    signingAlgorithm: EC_P256,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: certificate.toString('pem'), key: await exportPrivateKey(keys.privateKey) };
}

export function isAddress(name: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(name) || name.includes(':');
}
