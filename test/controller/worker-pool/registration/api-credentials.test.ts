import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CONTROLLER_VARIABLE, type WorkerPool, type WorkerPoolSpec } from '../../../../src/api';
import { readApiCredentials } from '../../../../src/controller/worker-pool/registration/api-credentials';
import type { Secret } from '../../../../src/controller/worker-pool/credentials';
import type { KubeClient } from '../../../../src/controller/runtime';
import { answer } from '../../runtime/answers';

type Values = Readonly<Record<string, string>>;

const GOOD: Values = { endpoint: 'https://pools.example.com', keyId: 'id', keySecret: 'secret' };
const READ = { endpoint: 'https://pools.example.com', keyId: 'id', keySecret: 'secret', ca: '' };

/** The Secrets that are there, by namespace and name. */
const clientOf = (secrets: Readonly<Record<string, Values>>) =>
  ({
    get: (_: unknown, namespace: string, name: string) => {
      const values = secrets[`${namespace}/${name}`];
      if (!values) return Promise.resolve(undefined);
      const data = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
      return Promise.resolve({ metadata: { name }, data: Object.fromEntries(data) as Values } as Secret);
    },
  }) as unknown as KubeClient;

const poolOf = (spec: WorkerPoolSpec) => ({ metadata: { name: 'pool', namespace: 'team' }, spec }) as WorkerPool;

const read = (secrets: Readonly<Record<string, Values>>, spec: WorkerPoolSpec = {}) =>
  readApiCredentials(clientOf(secrets), poolOf(spec), 'operators');

const OPERATORS = 'operators/spacelift-api-credentials';
const own = { spaceliftAPICredentials: { secretName: 'own' } };
const whole = { spaceliftAPICredentials: { secretKeyRef: { name: 'own', key: 'all' } } };

// A Pod that the tests run in may have a token of its own.
beforeAll(() => void (process.env[CONTROLLER_VARIABLE.apiTokenFile] = '/nowhere/token'));
afterAll(() => void delete process.env[CONTROLLER_VARIABLE.apiTokenFile]);

describe('the API credentials of a pool', () => {
  it.each<[string, Readonly<Record<string, Values>>, WorkerPoolSpec, object]>([
    ["are the operator's", { [OPERATORS]: GOOD }, {}, READ],
    [
      "are its own before the operator's",
      { [OPERATORS]: GOOD, 'team/own': { ...GOOD, keyId: 'own' } },
      own,
      { ...READ, keyId: 'own' },
    ],
    [
      'have names of their own',
      { 'team/own': { url: GOOD.endpoint!, id: 'id', key: 'secret' } },
      {
        spaceliftAPICredentials: {
          secretName: 'own',
          keyEndpointField: 'url',
          keyIdField: 'id',
          keySecretField: 'key',
        },
      },
      READ,
    ],
    ['are JSON under one key', { 'team/own': { all: JSON.stringify(GOOD) } }, whole, READ],
    [
      'name the API as people copy it',
      { [OPERATORS]: { ...GOOD, endpoint: 'https://pools.example.com/graphql/\n' } },
      {},
      READ,
    ],
    ['bring an authority', { [OPERATORS]: { ...GOOD, 'ca.crt': 'PEM' } }, {}, { ...READ, ca: 'PEM' }],
  ])('%s', async (_, secrets, spec, expected) => {
    expect(await read(secrets, spec)).toEqual(expected);
  });

  it.each<[string, Readonly<Record<string, Values>>, WorkerPoolSpec, string, RegExp]>([
    ['nobody has any', {}, {}, 'CredentialsMissing', /no Secret "spacelift-api-credentials" in namespace "operators"/],
    ['its own Secret is missing', { [OPERATORS]: GOOD }, own, 'SecretNotFound', /no Secret "own" in namespace "team"/],
    ['a value is missing', { [OPERATORS]: { ...GOOD, keyId: '' } }, {}, 'APICredentialsInvalid', /has no key "keyId"/],
    [
      'the address has a path',
      { [OPERATORS]: { ...GOOD, endpoint: 'https://x/y' } },
      {},
      'APICredentialsInvalid',
      /holds no URL under "endpoint"/,
    ],
    ['the one key is missing', { 'team/own': GOOD }, whole, 'APICredentialsInvalid', /has no key "all"/],
    [
      'it holds no JSON',
      { 'team/own': { all: 'secret' } },
      whole,
      'APICredentialsInvalid',
      /no JSON object with endpoint/,
    ],
    [
      'it lacks a member',
      { 'team/own': { all: '{"endpoint":"https://x"}' } },
      whole,
      'APICredentialsInvalid',
      /has no member "keyId"/,
    ],
    [
      'there is neither secret nor token',
      { [OPERATORS]: { ...GOOD, keySecret: '' } },
      {},
      'APICredentialsInvalid',
      /the token of the controller's ServiceAccount cannot be read from \/nowhere\/token \(ENOENT\)/,
    ],
  ])('cannot be used when %s', async (_, secrets, spec, reason, message) => {
    const failed = read(secrets, spec);
    await expect(failed).rejects.toMatchObject({ reason, message: expect.stringMatching(message) });
  });

  it('cannot be used when the Role does not allow it', async () => {
    const words = 'secrets "own" is forbidden: User "x" cannot get resource "secrets" in API group ""';
    const client = { get: () => Promise.reject(answer(403, words)) } as unknown as KubeClient;
    await expect(readApiCredentials(client, poolOf(own), 'operators')).rejects.toMatchObject({
      reason: 'SecretUnreadable',
      message: expect.stringMatching(/^The controller may not read Secret "own" in namespace team/),
    });
  });
});
