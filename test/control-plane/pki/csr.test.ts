import { X509Certificate } from 'node:crypto';
import { beforeAll, afterAll, describe, expect, test } from '@jest/globals';
import { Authority } from '../../../src/control-plane/pki/authority';
import { readSigningRequest } from '../../../src/control-plane/pki/csr';
import { serverCertificate } from '../../../src/control-plane/pki/server-certificate';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { makeKey } from '../support/credentials';

let folder: string;
let authority: Authority;
beforeAll(async () => {
  folder = temporaryFolder();
  authority = await Authority.open(folder, Date.now);
});
afterAll(() => removeFolder(folder));

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
    [
      'a short RSA key',
      async () =>
        (
          await makeKey('RSA', {
            name: 'RSASSA-PKCS1-v1_5',
            hash: 'SHA-256',
            modulusLength: 1024,
            publicExponent: new Uint8Array([1, 0, 1]),
          })
        ).csr,
      'its RSA key has 1024 bits: use 2048 or more',
    ],
  ])('that is %s is refused with a sentence', async (_, make, sentence) => {
    await expect(readSigningRequest(await make())).rejects.toThrow(sentence);
  });
});

describe('the certificate of the server', () => {
  const now = Date.now();
  const serial = (pem: { cert: string }) => new X509Certificate(pem.cert).serialNumber;

  test('is kept while it is good, and renewed before it ends or when a name is missing', async () => {
    const first = await serverCertificate(folder, authority, ['localhost', '127.0.0.1'], now);
    expect(serial(await serverCertificate(folder, authority, ['localhost'], now))).toBe(serial(first));
    const renewed = await serverCertificate(folder, authority, ['localhost', 'control-plane.svc'], now);
    expect(serial(renewed)).not.toBe(serial(first));
    const later = now + 320 * 24 * 3600 * 1000;
    expect(serial(await serverCertificate(folder, authority, ['localhost'], later))).not.toBe(serial(renewed));
  });
});

/** The same request with another name in it. */
function tampered(pem: string): string {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  const at = der.indexOf('test pool');
  der.write('evil pool', at);
  return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
}
