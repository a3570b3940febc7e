import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { fetchDocument } from '../../../src/control-plane/identity/issuer-fetch';
import {
  ISSUER_FETCH_EVERY_MS,
  ISSUER_KEYS_FRESH_MS,
  ISSUER_KEYS_STALE_MS,
  IssuerKeys,
} from '../../../src/control-plane/identity/issuer-keys';
import { OIDC_JWT_SECONDS, type ApiKeys } from '../../../src/control-plane/identity/api-keys';
import { OIDC_CLOCK_TOLERANCE_SECONDS, OidcTokens } from '../../../src/control-plane/identity/oidc-tokens';
import { checkOidcTrust, type NewOidcTrust } from '../../../src/control-plane/identity/oidc-trust';
import { KeyFiles } from '../../../src/control-plane/key-files';
import { temporaryFolder } from '../../support/folder';
import { openApiKeys } from '../support/api-keys';
import { describeOnEachDatabase } from '../support/databases';
import { newKey, SUBJECT, TestIssuer } from '../support/oidc-issuer';
import { TestQueue } from '../support/queue';

let issuer: TestIssuer;
let time: number;
let tokens: OidcTokens;

beforeEach(async () => {
  issuer = await TestIssuer.start();
  time = Date.now();
  tokens = tokensOf();
});

afterEach(() => issuer.close());

/** @param answerMs how long an issuer may take */
function tokensOf(answerMs?: number): OidcTokens {
  const keys = new IssuerKeys(
    () => time,
    (url, ca) => fetchDocument(url, ca, { ...(answerMs !== undefined && { answerMs }) }),
  );
  return new OidcTokens(keys, () => time);
}

const trust = (change: Partial<NewOidcTrust> = {}) =>
  checkOidcTrust({ issuer: issuer.url, clientId: 'worker-pools', subjectExpression: SUBJECT, ...change });

const check = async (token: string | Promise<string>, change?: Partial<NewOidcTrust>) =>
  tokens.check(trust(change), await token);

/** A token whose parts are what they are. */
const written = (header: object, claims: object, signature = ''): string =>
  [JSON.stringify(header), JSON.stringify(claims)]
    .map((part) => Buffer.from(part).toString('base64url'))
    .concat(signature)
    .join('.');

const seconds = (ms: number): number => Math.floor(ms / 1000);
const claims = () => ({ iss: issuer.url, aud: 'worker-pools', sub: SUBJECT, exp: seconds(time) + 600 });

describe('a token is taken', () => {
  test.each<[string, () => Promise<string>, Partial<NewOidcTrust>]>([
    ['that its issuer signed', () => issuer.token(), {}],
    ['for several audiences, ours among them', () => issuer.token({ aud: ['other', 'worker-pools'] }), {}],
    ['of a subject that matches', () => issuer.token(), { subjectExpression: 'system:serviceaccount:runners:.+' }],
    ['that ended a moment ago, by a clock that is off', () => issuer.token({ exp: seconds(time) - 10 }), {}],
    [
      'that names other places of its key, which nobody looks at',
      () => issuer.token({}, { jku: 'http://127.0.0.1:1/keys', x5u: 'http://127.0.0.1:1/certificate' }),
      {},
    ],
    ['without the name of its key, where there is one key', () => issuer.token({}, { kid: undefined as never }), {}],
  ])('%s', async (_, token, change) => {
    await check(token(), change);
    expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  test('with the keys themselves or their address given, nothing else is asked for', async () => {
    await check(issuer.token(), { jwks: JSON.stringify(issuer.jwks) });
    expect(issuer.asked).toEqual([]);
    await check(issuer.token(), { jwksUrl: `${issuer.url}/keys` });
    expect(issuer.asked).toEqual(['/keys']);
  });

  test('of a key that its issuer has only now, without a wait', async () => {
    await check(issuer.token());
    time += ISSUER_FETCH_EVERY_MS;
    await issuer.rotate('second');
    await check(issuer.token());
  });
});

describe('a token is refused before anything is fetched', () => {
  test.each<[string, () => string | Promise<string>, string]>([
    ['that is none', () => 'a guessed secret', 'it is no JWT'],
    ['that is empty', () => '', 'it is no JWT'],
    ['that nobody signed', () => written({ alg: 'none' }, claims()), 'its algorithm is not one of a key pair'],
    [
      'that is signed with what everybody knows',
      () => {
        const unsigned = written({ alg: 'HS256', kid: 'first' }, claims()).slice(0, -1);
        const secret = JSON.stringify(issuer.jwks.keys[0]);
        return `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`;
      },
      'its algorithm is not one of a key pair',
    ],
    ['that is huge', () => issuer.token({ groups: 'x'.repeat(10_000) }), 'longer than 7000 characters'],
    ['of another issuer', () => issuer.token({ iss: 'https://other.example' }), 'of another issuer'],
    ['for another audience', () => issuer.token({ aud: 'other' }), 'its audience is not'],
    ['for several other audiences', () => issuer.token({ aud: ['worker-pools-2', 'other'] }), 'its audience is not'],
    ['for nobody', () => issuer.token({ aud: undefined }), 'its audience is not'],
    ['of a subject that begins alike', () => issuer.token({ sub: `${SUBJECT}-2` }), 'its subject does not match'],
    ['of a subject that ends alike', () => issuer.token({ sub: `other:${SUBJECT}` }), 'its subject does not match'],
    ['of a subject with another line', () => issuer.token({ sub: `other\n${SUBJECT}` }), 'its subject does not match'],
    ['of no subject', () => issuer.token({ sub: undefined }), 'its subject does not match'],
    ['that has ended', () => issuer.token({ exp: seconds(time) - OIDC_CLOCK_TOLERANCE_SECONDS }), 'it has expired'],
    ['that never ends', () => issuer.token({ exp: undefined }), 'it never ends'],
  ])('%s', async (_, token, sentence) => {
    await expect(check(token())).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining(sentence) as unknown,
    });
    expect(issuer.asked).toEqual([]);
  });
});

describe('a token is refused by the keys of its issuer', () => {
  test.each<[string, () => Promise<string>, string]>([
    ['that somebody else signed', async () => issuer.token({}, {}, await newKey('first')), 'its signature is not'],
    ['of a key that there is not', async () => issuer.token({}, {}, await newKey('other')), 'has no such key'],
    ['that begins later', () => issuer.token({ nbf: seconds(time) + 300 }), 'its claim nbf is not in order'],
    [
      'with an extension that must be known',
      () => issuer.token({}, { crit: ['vendor'], vendor: 1 }),
      'its signature is not',
    ],
    [
      'that was changed',
      async () => {
        const [header, , signature] = (await issuer.token()).split('.');
        return `${header}.${written({}, { ...claims(), admin: true }).split('.')[1]}.${signature}`;
      },
      'its signature is not',
    ],
  ])('%s', async (_, token, sentence) => {
    await expect(check(token())).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining(sentence) as unknown,
    });
  });
});

describe('an issuer that misbehaves is no way in, and holds nobody up', () => {
  test.each<[string, () => void, string]>([
    ['answers 500', () => (issuer.answer = (response) => response.writeHead(500).end()), 'it answers 500'],
    [
      'redirects to where only we get',
      () => (issuer.answer = (response) => response.writeHead(302, { Location: `${issuer.url}/private` }).end()),
      'it answers 302, not 200; redirects are not followed',
    ],
    [
      'sends 10 MiB',
      () => (issuer.answer = (response) => response.end(`{"keys": "${'x'.repeat(10 * 1024 * 1024)}"}`)),
      'larger than 128 KiB',
    ],
    ['is silent', () => (issuer.answer = () => undefined), 'no answer within'],
    ['stops in the middle', () => (issuer.answer = (response) => void response.write('{')), 'no answer within'],
    ['speaks no JSON', () => (issuer.answer = (response) => response.end('<html>')), 'is not valid JSON'],
    ['is another', () => (issuer.discovery = { issuer: 'https://other.example' }), 'it is of another issuer'],
    ['has its keys in a file', () => (issuer.discovery = { jwks_uri: 'file:///etc/passwd' }), 'its jwks_uri does not'],
    [
      'has its keys where anybody could change them',
      () => (issuer.discovery = { jwks_uri: 'http://169.254.169.254/keys' }),
      'its jwks_uri does not',
    ],
    ['has no keys', () => (issuer.keys = []), 'it has no public key'],
    [
      'shares its secrets',
      () => (issuer.keys = [{ ...issuer.keys[0]!, publicJwk: { kty: 'oct', k: 'c2VjcmV0', kid: 'first' } }]),
      'it has no public key',
    ],
  ])('it %s', async (_, misbehave, why) => {
    const token = await issuer.token();
    misbehave();
    tokens = tokensOf(300);
    const failure = await check(token).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(failure).toMatchObject({ code: 'unavailable' });
    expect((failure!.cause as Error).message).toContain(why);
    expect(issuer.asked).not.toContain('/private');
    // Whatever comes now, it is not asked again at once.
    const asked = issuer.asked.length;
    await expect(check(token)).rejects.toMatchObject({ code: 'unavailable' });
    expect(issuer.asked).toHaveLength(asked);
  });

  test('its keys count while it cannot be reached, but not for ever', async () => {
    const long = { exp: seconds(time + ISSUER_KEYS_STALE_MS * 2) };
    const token = await issuer.token(long);
    await check(token);
    issuer.answer = (response) => response.writeHead(503).end();
    time += ISSUER_KEYS_FRESH_MS;
    await check(token);
    time += ISSUER_KEYS_STALE_MS - ISSUER_KEYS_FRESH_MS;
    await expect(check(token)).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('one that everybody asks for at once is asked once', async () => {
    const token = await issuer.token();
    await Promise.all(Array.from({ length: 20 }, () => check(token)));
    expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  test('a flood of tokens of unknown keys asks it no oftener than it may', async () => {
    await check(issuer.token());
    const forged = await issuer.token({}, {}, await newKey('forged'));
    for (let n = 0; n < 20; n += 1) await expect(check(forged)).rejects.toThrow('has no such key');
    expect(issuer.asked).toHaveLength(2);
    time += ISSUER_FETCH_EVERY_MS;
    for (let n = 0; n < 20; n += 1) await expect(check(forged)).rejects.toThrow('has no such key');
    expect(issuer.asked).toHaveLength(4);
  });

  test('a key that it has withdrawn is good no longer than its document is taken as it is', async () => {
    const token = await issuer.token({ exp: seconds(time + ISSUER_KEYS_STALE_MS) });
    await check(token);
    await issuer.rotate('second');
    time += ISSUER_KEYS_FRESH_MS;
    await expect(check(token)).rejects.toThrow('has no such key');
  });
});

test('an expression that would take another engine for ever is matched in no time', async () => {
  const sub = `${'a'.repeat(400)}!`;
  await expect(check(issuer.token({ sub }), { subjectExpression: '(a+)+$' })).rejects.toThrow('does not match');
});

describe('what a key trusts is refused', () => {
  const privateJwk = { kty: 'oct', k: 'c2VjcmV0' };
  test.each<[string, Partial<NewOidcTrust>, string]>([
    ['with an issuer in plain HTTP', { issuer: 'http://issuer.example' }, 'must be a URL that begins with https://'],
    ['with an issuer that has a password', { issuer: 'https://a:b@issuer.example' }, 'must be a URL that begins with'],
    ['with an issuer that has a query', { issuer: 'https://issuer.example/?a' }, 'without ? and #'],
    ['with no issuer', { issuer: '' }, 'must be a URL that begins with'],
    ['with no audience', { clientId: '' }, 'client id must have 1 to 255 characters'],
    ['with no subject', { subjectExpression: '' }, 'subject expression must have 1 to 500'],
    ['with a broken expression', { subjectExpression: '(' }, 'is no regular expression of RE2: '],
    ['with a reference back', { subjectExpression: '(a)\\1' }, 'is no regular expression of RE2: '],
    ['with keys that are no JSON', { jwks: 'PEM' }, 'must be a JWKS in JSON'],
    ['with no keys', { jwks: '{"keys": []}' }, 'it has no public key'],
    ['with a shared secret', { jwks: JSON.stringify({ keys: [privateJwk] }) }, 'it has no public key'],
    ['with keys in plain HTTP', { jwksUrl: 'http://issuer.example/keys' }, 'must begin with https://'],
    ['with keys and a URL of keys', { jwks: '{"keys": []}', jwksUrl: 'https://a.example' }, 'are of no use'],
    ['with a CA that is none', { ca: 'certificate' }, 'must be certificates in PEM'],
  ])('%s', (_, change, sentence) => {
    expect(() => trust(change)).toThrow(sentence);
  });
});

describeOnEachDatabase('an API key of type OIDC', (database) => {
  let queue: TestQueue;
  let apiKeys: ApiKeys;

  beforeEach(async () => {
    queue = await TestQueue.ready(temporaryFolder(), await database());
    const { store } = queue.context;
    apiKeys = openApiKeys(KeyFiles.inDataFolder(queue.folder), { store, now: () => time });
  });

  afterEach(() => queue.close());

  const oidc = (): NewOidcTrust => ({ issuer: issuer.url, clientId: 'worker-pools', subjectExpression: SUBJECT });
  const create = () => queue.admin.keys.create({ name: 'runners', role: 'operator', oidc: oidc() });
  const jwtOf = async (id: string) => (await apiKeys.exchange(id, await issuer.token()))!.jwt;

  test('has no secret, and lets in whoever brings a token of its issuer', async () => {
    const { id, secret } = await create();
    expect(secret).toBeNull();
    expect(await apiKeys.verify(await jwtOf(id))).toMatchObject({ name: 'runners', role: 'operator' });
    await expect(apiKeys.exchange(id, '')).rejects.toThrow('the OIDC token is refused: it is no JWT');
    expect(await queue.admin.keys.find(id)).toMatchObject({ oidc: oidc() });
  });

  test('gives a session of an hour', async () => {
    const { validUntil } = (await apiKeys.exchange((await create()).id, await issuer.token()))!;
    expect(validUntil).toBe(seconds(time) + OIDC_JWT_SECONDS);
  });

  test.each<[string, (id: string) => Promise<unknown>]>([
    ['it is deleted', (id) => queue.admin.keys.delete(id)],
    ['it gets another role', (id) => queue.admin.keys.update(id, { name: 'runners', role: 'reader' })],
    [
      'it trusts another subject',
      (id) =>
        queue.admin.keys.update(id, { name: 'runners', role: 'operator', oidc: { ...oidc(), subjectExpression: 'x' } }),
    ],
  ])('has no session any more once %s', async (_, end) => {
    const { id } = await create();
    const jwt = await jwtOf(id);
    await end(id);
    expect(await apiKeys.verify(jwt)).toBeUndefined();
  });

  test('keeps what it trusts when it gets another role, and a key with a secret trusts nobody', async () => {
    const { id } = await create();
    await queue.admin.keys.update(id, { name: 'runners', role: 'reader' });
    expect(await queue.admin.keys.find(id)).toMatchObject({ role: 'reader', oidc: oidc() });
    const other = await queue.admin.keys.create({ name: 'ci', role: 'reader' });
    const change = { name: 'ci', role: 'reader', oidc: oidc() };
    await expect(queue.admin.keys.update(other.id, change)).rejects.toThrow('API key ci has a secret');
    expect(await apiKeys.exchange(other.id, await issuer.token())).toBeUndefined();
  });
});
