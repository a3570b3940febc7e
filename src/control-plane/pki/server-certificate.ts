import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { ConfigurationError } from '../errors';
import { takeRightsOfOthers, writeFileDurably } from '../durable-file';
import { isAddress, type Authority } from './authority';
import { renewalReason, type CertificateFacts } from './renewal';

/** PEM of a server certificate, with those between it and the authority, and of its key. */
export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
}

/** Where the certificate of the server comes from. */
export interface CertificateSource {
  /** The present one, and why it is another than before. */
  look(now: number): Promise<{ readonly pair: CertificatePair; readonly reason: string | undefined }>;
  /** What clients need to trust it, for tokens; '' for what every client trusts anyway. */
  readonly ca: string;
  /** What to do when its end is near; undefined when that is done here. */
  readonly advice: string | undefined;
}

/** Certificates of the control plane's own authority, renewed in time, and kept in `server.pem` of a folder. */
export class OwnCertificate implements CertificateSource {
  readonly advice = undefined;
  private readonly path: string;
  private present: CertificatePair | undefined;

  constructor(
    folder: string,
    private readonly authority: Authority,
    private readonly names: readonly string[],
    private readonly chance = Math.random(),
  ) {
    this.path = join(folder, 'server.pem');
  }

  get ca(): string {
    return this.authority.certificatePem;
  }

  async look(now: number): Promise<{ pair: CertificatePair; reason: string | undefined }> {
    this.present ??= this.readFile();
    const reason = renewalReason(this.present && this.factsOf(this.present.cert), now, this.chance);
    if (this.present && reason === undefined) return { pair: this.present, reason };
    const { certificate, key } = await this.authority.issueServer(this.names);
    const pem = `${certificate}\n${key}\n`;
    writeFileDurably(this.path, pem, 0o600);
    this.present = { cert: pem, key: pem };
    return { pair: this.present, reason };
  }

  /** Undefined for a file that is of no use: another is made. */
  private readFile(): CertificatePair | undefined {
    if (!existsSync(this.path)) return undefined;
    takeRightsOfOthers(this.path);
    const pem = readFileSync(this.path, 'utf8');
    const pair = { cert: pem, key: pem };
    return problemOf(pair) === undefined ? pair : undefined;
  }

  private factsOf(pem: string): CertificateFacts {
    const certificate = new X509Certificate(pem);
    return {
      notBefore: certificate.validFromDate.getTime(),
      notAfter: certificate.validToDate.getTime(),
      hasNames: this.names.every(
        (name) => (isAddress(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined,
      ),
      hasAuthority: this.authority.signed(certificate),
    };
  }
}

/** `tls.crt` and `tls.key` of a folder that somebody else keeps up to date, such as a Secret of cert-manager. */
export class GivenCertificate implements CertificateSource {
  readonly advice = 'who renews it? It is taken from there within a minute after it was exchanged';
  private present: CertificatePair | undefined;

  constructor(private readonly folder: string) {}

  /** `ca.crt` beside it, where there is one. */
  get ca(): string {
    const path = join(this.folder, 'ca.crt');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  /** @throws when the files do not belong together, as they may for a moment while they are exchanged. */
  look(): Promise<{ pair: CertificatePair; reason: string | undefined }> {
    const pair = { cert: this.read('tls.crt'), key: this.read('tls.key') };
    if (this.present?.cert === pair.cert && this.present.key === pair.key) {
      return Promise.resolve({ pair: this.present, reason: undefined });
    }
    const problem = problemOf(pair);
    if (problem !== undefined) {
      throw new ConfigurationError(
        `tls.crt and tls.key in ${this.folder} cannot be used (${problem}): they must be the certificate, in PEM, and its private key without a passphrase`,
      );
    }
    const reason = this.present ? 'the files were exchanged' : 'it was given';
    this.present = pair;
    return Promise.resolve({ pair, reason });
  }

  private read(name: string): string {
    try {
      return readFileSync(join(this.folder, name), 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new ConfigurationError(
        `${join(this.folder, name)} cannot be read (${code}): the folder of a given certificate must hold tls.crt and tls.key`,
      );
    }
  }
}

/** Why a server could not use them. */
function problemOf(pair: CertificatePair): string | undefined {
  try {
    createSecureContext(pair);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}
