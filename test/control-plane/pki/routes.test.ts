import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { x509 } from '../../../src/control-plane/pki/x509';
import { makePool, TestControlPlane } from '../support/control-plane';
import { makeKey } from '../support/credentials';

let controlPlane: TestControlPlane;

beforeEach(async () => {
  controlPlane = await TestControlPlane.start({ tls: false });
});

afterEach(() => controlPlane.close());

const serialOf = (certificate: string) => new X509Certificate(certificate).serialNumber.toLowerCase();

async function get(path: string): Promise<string> {
  const answer = await fetch(`${controlPlane.url}${path}`);
  expect(answer.status).toBe(200);
  return answer.text();
}

async function revoked(): Promise<string[]> {
  const pem = await get('/pki/crl.pem');
  // OpenSSL reads no other name.
  expect(pem).toContain('-----BEGIN X509 CRL-----');
  const list = new x509.X509Crl(x509.PemConverter.decodeFirst(pem));
  const authority = new x509.X509Certificate(await get('/pki/ca.crt'));
  expect(await list.verify({ publicKey: authority })).toBe(true);
  return list.entries.map(({ serialNumber }) => serialNumber.toLowerCase());
}

test('the list of revoked certificates names those of a reset and of a deleted pool, and no other', async () => {
  expect(await revoked()).toEqual([]);
  const [kept, reset, deleted] = [
    await makePool(controlPlane, 'kept'),
    await makePool(controlPlane, 'reset'),
    await makePool(controlPlane, 'deleted'),
  ];
  await controlPlane.admin.resetPool(reset.id, (await makeKey()).csr);
  expect(await revoked()).toEqual([serialOf(reset.token.certificate)]);
  await controlPlane.admin.resetPool(reset.id, (await makeKey()).csr);
  await controlPlane.admin.deletePool(deleted.id);
  const list = await revoked();
  expect(list).toHaveLength(3);
  expect(list).toEqual(expect.arrayContaining([reset, deleted].map(({ token }) => serialOf(token.certificate))));
  expect(list).not.toContain(serialOf(kept.token.certificate));
});
