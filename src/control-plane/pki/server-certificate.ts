import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileDurably } from '../durable-file';
import { isAddress, type Authority } from './authority';

const RENEW_BEFORE_MS = 60 * 24 * 3600 * 1000;

/** The server's certificate from a folder; a new one when there is none, it ends soon, or it lacks a name. */
export async function serverCertificate(
  folder: string,
  authority: Authority,
  names: readonly string[],
  now: number,
): Promise<{ cert: string; key: string }> {
  const path = join(folder, 'server.pem');
  if (existsSync(path)) {
    const pem = readFileSync(path, 'utf8');
    if (stillGood(pem, authority, names, now)) return { cert: pem, key: pem };
  }
  const issued = await authority.issueServer(names);
  const pem = `${issued.certificate}\n${issued.key}\n`;
  writeFileDurably(path, pem, 0o600);
  return { cert: pem, key: pem };
}

function stillGood(pem: string, authority: Authority, names: readonly string[], now: number): boolean {
  const certificate = new X509Certificate(pem);
  return (
    certificate.validToDate.getTime() - now > RENEW_BEFORE_MS &&
    certificate.checkIssued(new X509Certificate(authority.certificatePem)) &&
    names.every((name) => (isAddress(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined)
  );
}
