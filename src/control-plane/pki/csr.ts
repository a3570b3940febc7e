import { createPublicKey, type KeyObject } from 'node:crypto';
import { jwtAlgorithm } from '../../protocol/auth';
import { CredentialsError } from '../../protocol/token';
import { malformed, type RequestError } from '../errors';
import { x509 } from './x509';

/** With an RSA key of 4096 bits a request is below 2 KiB, and 4 KiB in base64 of PEM. */
const LONGEST_REQUEST = 16 * 1024;
/** What checking a signature costs grows with both; usual keys have 2048 to 4096 bits, and the exponent 65537. */
const RSA_BITS = { least: 2048, most: 4096 };
const RSA_EXPONENT = { least: 2n ** 16n + 1n, most: 2n ** 32n - 1n };

const REQUEST = /^(NEW )?CERTIFICATE REQUEST$/;
const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----/g;
const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;

/**
 * Reads a certificate signing request: PEM, or base64 of PEM as Terraform sends it.
 * @returns the public key that it proves possession of.
 * @throws RequestError `malformed` with what is wrong and what would do.
 */
export async function readSigningRequest(text: string): Promise<x509.PublicKey> {
  const request = parse(text);
  // Before its signature is checked, which costs what the key makes it cost.
  requireSupported(publicKeyOf(request));
  const verified = await request.verify().catch(() => undefined);
  if (verified === undefined) {
    throw refuse(
      'its signature cannot be checked: sign it with SHA-256, by a key that names its curve if it is an EC key',
    );
  }
  if (!verified) {
    throw refuse('its signature does not fit its public key: it was cut or changed, make a new one');
  }
  return request.publicKey;
}

function parse(text: string): x509.Pkcs10CertificateRequest {
  if (text.length > LONGEST_REQUEST) throw refuse(`it has more than ${LONGEST_REQUEST} characters`);
  const der = Buffer.from(
    requestIn(text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64').toString('utf8')),
    'base64',
  );
  if (lengthOf(der) !== der.length) throw refuse('its PEM block does not hold a PKCS#10 request, and nothing else');
  try {
    return new x509.Pkcs10CertificateRequest(der);
  } catch {
    throw refuse('its PEM block does not hold a PKCS#10 request');
  }
}

/** What is in the PEM block of the one request that a text has; whatever tools write around it may stay. */
function requestIn(pem: string): string {
  const blocks = [...pem.matchAll(BLOCK)].map(({ 0: begin, 1: label = '', index }) => ({ begin, label, index }));
  if (blocks.some(({ label }) => label.endsWith('PRIVATE KEY'))) {
    throw refuse(
      'a private key stands beside it. Send the request alone, and of a new key, because this one has left your hands',
    );
  }
  const requests = blocks.filter(({ label }) => REQUEST.test(label));
  const [{ begin, index } = { begin: '', index: -1 }] = requests;
  const end = index === -1 ? -1 : pem.indexOf(begin.replace('BEGIN', 'END'), index);
  if (end === -1) throw refuse('it has no PEM block CERTIFICATE REQUEST, neither directly nor encoded in base64');
  if (requests.length > 1) throw refuse(`it has ${requests.length} requests, and a pool has one key: send one`);
  const content = pem.slice(index + begin.length, end);
  if (!BASE64.test(content)) throw refuse('its PEM block has something else than base64 in it');
  return content;
}

/** Of the value that a DER begins with, with its tag. */
function lengthOf(der: Buffer): number {
  const first = der[1] ?? 0;
  if (first < 0x80) return 2 + first;
  const octets = first & 0x7f;
  return octets > 4 || der.length < 2 + octets || octets === 0 ? -1 : 2 + octets + der.readUIntBE(2, octets);
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
  if (publicExponent < RSA_EXPONENT.least || publicExponent > RSA_EXPONENT.most) {
    const size = publicExponent < RSA_EXPONENT.least ? 'small' : 'large';
    throw refuse(`its RSA key has an unusually ${size} exponent: use 65537, as tools do by themselves`);
  }
}

function refuse(why: string): RequestError {
  return malformed('certificateSigningRequest', `the certificate signing request cannot be used: ${why}`);
}
