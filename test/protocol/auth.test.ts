import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { parsePrivateKey, poolJwtSource, requireMatchingPair } from '../../src/protocol/auth';
import { makePool, TestControlPlane } from '../control-plane/support/control-plane';

const base64 = (text: string) => Buffer.from(text).toString('base64');
describe('a private key', () => {
  const pem = (type: 'ed25519' | 'x25519') =>
    generateKeyPairSync(type as 'ed25519')
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();

  test('is read from base64 of its PEM', () => {
    const key = pem('ed25519');
    expect(parsePrivateKey(base64(key))).toBe(key);
  });

  test('of a type that signs nothing is refused', () => {
    expect(() => parsePrivateKey(base64(pem('x25519')))).toThrow('keys of type x25519 are not supported');
  });
});

test('token and key of different pools do not fit', async () => {
  const controlPlane = await TestControlPlane.start();
  const [one, other] = [await makePool(controlPlane, 'one'), await makePool(controlPlane, 'other')];
  await controlPlane.close();
  expect(() => requireMatchingPair(one.token.certificate, one.privateKeyPem)).not.toThrow();
  expect(() => requireMatchingPair(one.token.certificate, other.privateKeyPem)).toThrow('belong to different pools');
});

test('a JWT is used again until shortly before it expires, and not after the clock was set back', async () => {
  const controlPlane = await TestControlPlane.start();
  const { id, token, privateKeyPem } = await makePool(controlPlane);
  await controlPlane.close();
  let now = 1_800_000_000_000;
  const jwt = poolJwtSource({ poolId: id, certificate: token.certificate, privateKeyPem }, () => now);
  const first = await jwt();
  now += 239_000;
  expect(await jwt()).toBe(first);
  now += 2_000;
  const second = await jwt();
  expect(second).not.toBe(first);
  now -= 3_600_000;
  expect(await jwt()).not.toBe(second);
});
