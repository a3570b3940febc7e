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
    const spoken = `Certificate Request:\n    Data:\n${csr}\nThat is all.`;
    for (const text of [csr, Buffer.from(csr).toString('base64'), csr.replace(/\n/g, '\r\n'), spoken]) {
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
    ['for a key on a short curve', () => made('secp224r1'), `keys of type ec secp224r1 ${SUPPORTED}`],
    ['for a key on an odd curve', () => made('brainpoolP256r1'), `keys of type ec brainpoolP256r1 ${SUPPORTED}`],
    ['for a key on a binary curve', () => made('sect283k1'), `keys of type ec sect283k1 ${SUPPORTED}`],
    ['for a key that spells its curve out', () => made('explicit-curve'), 'its signature cannot be checked'],
    ['signed with MD5', () => made('rsa-md5'), 'its signature cannot be checked: sign it with SHA-256'],
    ['for an RSA key with exponent 3', () => made('rsa-exponent-3'), 'an unusually small exponent: use 65537'],
    [
      'for an RSA key with exponent 1, for which everybody can sign',
      async () => withExponent((await makeKey('RSA')).csr, 1),
      'an unusually small exponent: use 65537',
    ],
    [
      'beside its private key',
      async () => `${(await makeKey('EC')).privateKeyPem}\n${await one()}`,
      'private key stands',
    ],
    [
      'before its private key',
      async () => `${await one()}${(await makeKey('RSA')).privateKeyPem}`,
      'private key stands',
    ],
    [
      'beside its private key, in base64',
      async () => Buffer.from(`${await one()}${(await makeKey('EC')).privateKeyPem}`).toString('base64'),
      'private key stands',
    ],
    ['one of two', async () => `${await one()}${await one()}`, 'it has 2 requests, and a pool has one key: send one'],
    [
      'followed by something in its block',
      async () => pemOf(Buffer.concat([derOf(await one()), Buffer.from('more')])),
      'and nothing else',
    ],
    ['cut in its block', async () => pemOf(derOf(await one()).subarray(0, 150)), 'and nothing else'],
    [
      'with something else in its block',
      async () => (await one()).replace('\nMI', '\n!MI'),
      'something else than base64',
    ],
    [
      'encrypted by its headers',
      async () => (await one()).replace(BEGIN, `${BEGIN}Proc-Type: 4,ENCRYPTED\n\n`),
      'something else than base64',
    ],
    ['signed by another key', async () => withKeyOf(await one(), await one()), 'its signature does not fit'],
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

const one = async (): Promise<string> => (await makeKey('EC')).csr;
const derOf = (pem: string): Buffer => Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
const pemOf = (der: Buffer): string => `${BEGIN}${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;

/** The same request with another name in it. */
function tampered(pem: string): string {
  const der = derOf(pem);
  der.write('evil pool', der.indexOf('test pool'));
  return pemOf(der);
}

/** The same request with the exponent of its key replaced. */
function withExponent(pem: string, exponent: number): string {
  const der = derOf(pem);
  der.writeUIntBE(exponent, der.indexOf(Buffer.from('0203010001', 'hex')) + 2, 3);
  return pemOf(der);
}

/** The same request for the key of another one. */
function withKeyOf(pem: string, other: string): string {
  // The point of a key on P-256, behind the name of its curve.
  const curve = Buffer.from('06082a8648ce3d03010703420004', 'hex');
  const [der, key] = [derOf(pem), derOf(other)];
  const at = key.indexOf(curve) + curve.length;
  key.copy(der, der.indexOf(curve) + curve.length, at, at + 64);
  return pemOf(der);
}
