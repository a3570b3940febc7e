import { RequestError } from '../errors';
import { x509 } from './x509';

const CURVES = ['P-256', 'P-384', 'P-521'];

/**
 * Reads a certificate signing request: PEM, or base64 of PEM as Terraform sends it.
 * @returns the public key that it proves possession of.
 * @throws RequestError `malformed` with what is wrong and what would do.
 */
export async function readSigningRequest(text: string): Promise<x509.PublicKey> {
  const request = parse(text);
  const algorithm = request.publicKey.algorithm as { name: string; namedCurve?: string; modulusLength?: number };
  requireSupported(algorithm);
  const verified = await request.verify().catch(() => false);
  if (!verified) {
    throw refuse('its signature does not fit its public key: it was cut or changed, make a new one');
  }
  return request.publicKey;
}

function parse(text: string): x509.Pkcs10CertificateRequest {
  const pem = text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64').toString('utf8');
  const match = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----[\s\S]+?-----END (?:NEW )?CERTIFICATE REQUEST-----/.exec(
    pem,
  );
  if (!match) throw refuse('it has no PEM block CERTIFICATE REQUEST, neither directly nor encoded in base64');
  try {
    return new x509.Pkcs10CertificateRequest(match[0].replaceAll('NEW CERTIFICATE', 'CERTIFICATE'));
  } catch {
    throw refuse('its PEM block does not hold a PKCS#10 request');
  }
}

function requireSupported(algorithm: { name: string; namedCurve?: string; modulusLength?: number }): void {
  if (algorithm.name.startsWith('RSA')) {
    if ((algorithm.modulusLength ?? 0) < 2048) {
      throw refuse(`its RSA key has ${algorithm.modulusLength ?? 'unknown'} bits: use 2048 or more`);
    }
    return;
  }
  if (algorithm.name === 'ECDSA' && CURVES.includes(algorithm.namedCurve ?? '')) return;
  if (algorithm.name === 'Ed25519') return;
  throw refuse(
    `keys of type ${algorithm.name} ${algorithm.namedCurve ?? ''} are not supported: use RSA, EC (${CURVES.join(', ')}) or Ed25519`,
  );
}

function refuse(why: string): RequestError {
  return new RequestError('malformed', `the certificate signing request cannot be used: ${why}`);
}
