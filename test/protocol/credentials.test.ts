import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { parsePrivateKey, poolJwtSource, requireMatchingPair } from '../../src/protocol/auth';
import { encodeToken, parseToken, type PoolToken } from '../../src/protocol/token';
import { makePool, TestControlPlane } from '../control-plane/support/control-plane';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const token: PoolToken = {
  version: 1,
  poolId: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  endpoint: 'https://control-plane.example:8443',
  mqtt: 'mqtts://control-plane.example:8883',
  ca: '',
  certificate: '-----BEGIN CERTIFICATE-----\n',
};

describe('a token', () => {
  test('is read as it was made, with white space around it', () => {
    expect(parseToken(`\n ${encodeToken(token)}\n`)).toEqual(token);
  });

  test.each([
    ['', 'the token is empty'],
    ['not base64!', 'unable to base64 decode token: illegal base64 data at input byte 9'],
    [base64('hello'), 'not of a worker pool configuration'],
    [base64('{}'), 'missing or malformed parts (version, poolId, endpoint, mqtt, ca, certificate)'],
    [base64(JSON.stringify({ ...token, endpoint: 'ftp://x' })), 'malformed parts (endpoint)'],
    [base64(JSON.stringify({ ...token, version: 2 })), 'malformed parts (version)'],
  ])('%j is refused: %s', (text, sentence) => {
    expect(() => parseToken(text)).toThrow(sentence);
  });
});

describe('a private key', () => {
  const pem = (type: 'ed25519' | 'x25519') =>
    generateKeyPairSync(type as 'ed25519')
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();

  test('is read from base64 of its PEM', () => {
    const key = pem('ed25519');
    expect(parsePrivateKey(base64(key))).toBe(key);
  });

  test.each([
    ['???', 'unable to base64 decode privateKey: illegal base64 data at input byte 0'],
    [base64('hello'), 'not of a PEM private key without a passphrase'],
    [base64(pem('x25519')), 'keys of type x25519  are not supported'],
  ])('%j is refused, and no part of it is told', (text, sentence) => {
    expect(() => parsePrivateKey(text)).toThrow(sentence);
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
