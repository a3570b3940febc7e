import { createPublicKey, type KeyObject } from 'node:crypto';
import { jwtAlgorithm } from '../../protocol/auth';
import { CredentialsError } from '../../protocol/token';
import { malformed, type RequestError } from '../errors';
import { x509 } from './x509';

/** With an RSA key of 4096 bits a request is below 2 KiB, and 4 KiB in base64 of PEM. */
const LONGEST_REQUEST = 16 * 1024;
/** What checking a signature costs grows with both; usual keys have 2048 to 4096 bits, and the exponent 65537. */
const RSA_BITS = { least: 2048, most: 4096 };
const LARGEST_RSA_EXPONENT = 2n ** 32n - 1n;

const BEGIN = /-----BEGIN (NEW )?CERTIFICATE REQUEST-----/;

/**
 * Reads a certificate signing request: PEM, or base64 of PEM as Terraform sends it.
 * @returns the public key that it proves possession of.
 * @throws RequestError `malformed` with what is wrong and what would do.
 */
export async function readSigningRequest(text: string): Promise<x509.PublicKey> {
  const request = parse(text);
  // Before its signature is checked, which costs what the key makes it cost.
  requireSupported(publicKeyOf(request));
  const verified = await request.verify().catch(() => false);
  if (!verified) {
    throw refuse('its signature does not fit its public key: it was cut or changed, make a new one');
  }
  return request.publicKey;
}

function parse(text: string): x509.Pkcs10CertificateRequest {
  if (text.length > LONGEST_REQUEST) throw refuse(`it has more than ${LONGEST_REQUEST} characters`);
  const pem = text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64').toString('utf8');
  const block = firstBlock(pem);
  if (block === undefined) {
    throw refuse('it has no PEM block CERTIFICATE REQUEST, neither directly nor encoded in base64');
  }
  try {
    return new x509.Pkcs10CertificateRequest(block.replaceAll('NEW CERTIFICATE', 'CERTIFICATE'));
  } catch {
    throw refuse('its PEM block does not hold a PKCS#10 request');
  }
}

function firstBlock(pem: string): string | undefined {
  const begin = BEGIN.exec(pem);
  if (!begin) return undefined;
  const end = begin[0].replace('BEGIN', 'END');
  const at = pem.indexOf(end, begin.index);
  return at === -1 ? undefined : pem.slice(begin.index, at + end.length);
}

function publicKeyOf(request: x509.Pkcs10CertificateRequest): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' });
  } catch {
    throw refuse('its public key cannot be read: make a new key');
  }
}

function requireSupported(key: KeyObject): void {
  try {
    // Pools prove themselves by JWTs, so that a key is good if it can sign one.
    jwtAlgorithm(key);
  } catch (error) {
    throw error instanceof CredentialsError ? refuse(error.message) : error;
  }
  if (key.asymmetricKeyType !== 'rsa') return;
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < RSA_BITS.least) {
    throw refuse(`its RSA key has ${modulusLength} bits: use ${RSA_BITS.least} or more`);
  }
  if (modulusLength > RSA_BITS.most) {
    throw refuse(`its RSA key has ${modulusLength} bits: use ${RSA_BITS.most} or less, which is quicker to check`);
  }
  if (publicExponent > LARGEST_RSA_EXPONENT) {
    throw refuse('its RSA key has an unusually large exponent: use 65537, as tools do by themselves');
  }
}

function refuse(why: string): RequestError {
  return malformed('certificateSigningRequest', `the certificate signing request cannot be used: ${why}`);
}
