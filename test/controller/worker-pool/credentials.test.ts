import { beforeAll, describe, expect, it } from '@jest/globals';
import type { WorkerPoolSpec } from '../../../src/api';
import { readCredentials, type Secret } from '../../../src/controller/worker-pool/credentials';
import { encodeToken, type PoolToken } from '../../../src/protocol/token';
import { makePool, TestControlPlane } from '../../control-plane/support/control-plane';
import { answer } from '../runtime/answers';

const SPEC: WorkerPoolSpec = {
  token: { secretKeyRef: { name: 'a', key: 'token' } },
  privateKey: { secretKeyRef: { name: 'b', key: 'privateKey' } },
};
let token: PoolToken;
let privateKey: string;

beforeAll(async () => {
  const controlPlane = await TestControlPlane.start();
  const pool = await makePool(controlPlane);
  token = pool.token;
  privateKey = Buffer.from(pool.privateKeyPem).toString('base64');
  await controlPlane.close();
});

const secret = (name: string, values: Record<string, string>): Secret => ({
  metadata: { name },
  data: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
});

const read = (spec: WorkerPoolSpec, ...secrets: Secret[]) =>
  readCredentials(spec, 'ns', (name) => Promise.resolve(secrets.find(({ metadata }) => metadata.name === name)));

describe('the credentials of a pool', () => {
  it('are read from two Secrets', async () => {
    const result = await read(SPEC, secret('a', { token: encodeToken(token) }), secret('b', { privateKey }));
    expect(result).toMatchObject({ state: 'valid', credentials: { token: { poolId: token.poolId } } });
  });

  it('are absent when the pool names none', async () => {
    expect(await read({})).toEqual({ state: 'absent' });
  });

  it('change their fingerprint with the token or the key', async () => {
    const values = { a: encodeToken(token), b: encodeToken({ ...token, endpoint: 'https://elsewhere:1983' }) };
    const prints = await Promise.all(
      Object.values(values).map(async (value) => {
        const result = await read(SPEC, secret('a', { token: value }), secret('b', { privateKey }));
        return result.state === 'valid' ? result.credentials.fingerprint : undefined;
      }),
    );
    expect(prints[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(prints[1]).not.toBe(prints[0]);
  });

  const cases: [string, () => Secret[], WorkerPoolSpec, string, string][] = [
    [
      'a missing Secret',
      () => [secret('a', { token: encodeToken(token) })],
      SPEC,
      'SecretNotFound',
      'there is no Secret "b" in namespace "ns", which spec.privateKey names: create it with the key "privateKey"',
    ],
    [
      'a Secret without the key',
      () => [secret('a', { other: 'x' }), secret('b', { privateKey })],
      SPEC,
      'SecretNotFound',
      'Secret "a" in namespace "ns" has no key "token", which spec.token names (it has "other")',
    ],
    [
      'an empty Secret',
      () => [secret('a', {}), secret('b', { privateKey })],
      SPEC,
      'SecretNotFound',
      'Secret "a" in namespace "ns" has no key "token", which spec.token names (it is empty)',
    ],
    [
      'a reference without a name',
      () => [],
      { ...SPEC, token: { secretKeyRef: { key: 'token' } } },
      'SecretNotFound',
      'spec.token.secretKeyRef.name is empty: name the Secret that holds the token',
    ],
    [
      'a token with a stray character',
      () => [secret('a', { token: 'abc$' }), secret('b', { privateKey })],
      SPEC,
      'TokenInvalid',
      'unable to base64 decode token: illegal base64 data at input byte 3',
    ],
    [
      'a token whose certificate is cut off',
      () => {
        const certificate = token.certificate.replace(/=*\s*-----END.*/s, '');
        return [secret('a', { token: encodeToken({ ...token, certificate }) }), secret('b', { privateKey })];
      },
      SPEC,
      'TokenInvalid',
      'the certificate in the token cannot be read: use the token file exactly as the control plane made it, or make a new one for the pool',
    ],
  ];
  it.each(cases)('are refused with one sentence for %s', async (_, secrets, spec, reason, message) => {
    expect(await read(spec, ...secrets())).toEqual({
      state: 'invalid',
      problem: { reason, message: `cannot retrieve workerpool token: ${message}` },
    });
  });

  it.each([
    [
      'a right that is missing',
      'secrets "a" is forbidden: User "u" cannot get resource "secrets" in API group "" in the namespace "ns"',
      'The controller may not read Secret "a" in namespace ns: User "u" cannot get resource "secrets" in API group "" in the namespace "ns". Mend its Role and RoleBinding; the pool then registers by itself.',
    ],
    [
      'a key server that is down',
      'Internal error occurred: kms: no connection',
      'The API server failed to read Secret "a": kms: no connection. It is tried again; the pool then registers by itself.',
    ],
  ])('cannot be read for %s, and that is said', async (_, said, sentence) => {
    const refused = answer(said.startsWith('secrets') ? 403 : 500, said);
    expect(await readCredentials(SPEC, 'ns', () => Promise.reject(refused))).toEqual({
      state: 'unreadable',
      problem: { reason: 'SecretUnreadable', message: `cannot retrieve workerpool token: ${sentence}` },
    });
  });

  it('leave errors that are no answer to the caller', async () => {
    await expect(readCredentials(SPEC, 'ns', () => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
  });
});
