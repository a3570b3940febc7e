import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, afterAll, describe, expect, test } from '@jest/globals';
import { Authority } from '../../../src/control-plane/pki/authority';
import { KeyFiles } from '../../../src/control-plane/key-files';
import { readSigningRequest } from '../../../src/control-plane/pki/csr';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { makeKey } from '../support/credentials';

let folder: string;
let authority: Authority;
beforeAll(async () => {
  folder = temporaryFolder();
  authority = await Authority.open(KeyFiles.inDataFolder(folder), Date.now);
});
afterAll(() => removeFolder(folder));

const BEGIN = '-----BEGIN CERTIFICATE REQUEST-----\n';
const SUPPORTED = 'are not supported: use RSA, EC (P-256, P-384, P-521) or Ed25519';
/** Made by OpenSSL, because most of these keys cannot be made with Node's WebCrypto. */
const made = (name: string): string => readFileSync(`test/control-plane/pki/requests/${name}.pem`, 'utf8');
describe('a certificate signing request', () => {
  test.each(['EC', 'RSA', 'Ed25519'] as const)('with an %s key is signed, as PEM and as base64 of it', async (kind) => {
    const { csr } = await makeKey(kind);
    for (const text of [csr, Buffer.from(csr).toString('base64'), csr.replace(/\n/g, '\r\n')]) {
      const pem = await authority.signPool('01ARZ3NDEKTSV4RRFFQ69G5FAV', await readSigningRequest(text));
      const certificate = new X509Certificate(pem);
      expect(certificate.verify(new X509Certificate(authority.certificatePem).publicKey)).toBe(true);
      expect(certificate.subject).toBe('CN=01ARZ3NDEKTSV4RRFFQ69G5FAV');
    }
  });

  test.each([
    ['empty', () => '', 'no PEM block CERTIFICATE REQUEST'],
    ['text', () => 'hello', 'no PEM block CERTIFICATE REQUEST'],
    ['a certificate', () => authority.certificatePem, 'no PEM block CERTIFICATE REQUEST'],
    [
      'rubbish in a PEM block',
      () => '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----',
      'does not hold a PKCS#10 request',
    ],
    ['changed after signing', async () => tampered((await makeKey('EC')).csr), 'its signature does not fit'],
    ['for a short RSA key', () => made('rsa-1024'), 'its RSA key has 1024 bits: use 2048 or more'],
    ['for a long RSA key', () => made('rsa-4104'), 'its RSA key has 4104 bits: use 4096 or less'],
    [
      'for an RSA key that is slow to check',
      () => made('rsa-large-exponent'),
      'an unusually large exponent: use 65537',
    ],
    [
      'for a key of RSA-PSS, which no JWT of a pool can be signed with',
      () => made('rsa-pss'),
      `keys of type rsa-pss ${SUPPORTED}`,
    ],
    ['for a key of Ed448', () => made('ed448'), `keys of type ed448 ${SUPPORTED}`],
    ['for a key on another curve', () => made('secp256k1'), `keys of type ec secp256k1 ${SUPPORTED}`],
    [
      'longer than any',
      async () => `${(await makeKey('EC')).csr}${' '.repeat(16 * 1024)}`,
      'more than 16384 characters',
    ],
    ['begun again and again and never ended', () => BEGIN.repeat(400), 'no PEM block CERTIFICATE REQUEST'],
  ])('that is %s is refused with a sentence', async (_, make, sentence) => {
    await expect(readSigningRequest(await make())).rejects.toThrow(sentence);
  });
});

/** The same request with another name in it. */
function tampered(pem: string): string {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  const at = der.indexOf('test pool');
  der.write('evil pool', at);
  return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
}
