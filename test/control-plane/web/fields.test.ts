import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { makeKey } from '../support/credentials';
import { TestQueue } from '../support/queue';
import { formReader } from './support/form';

let queue: TestQueue;

beforeEach(async () => {
  queue = await TestQueue.ready();
});

afterEach(() => queue.close());

describe('the form of a new pool', () => {
  const pool = async () => ({ name: 'new', certificateSigningRequest: (await makeKey()).csr });

  test('makes one pool, however often it is sent', async () => {
    const form = await formReader(queue).open('/pools/new');
    const answers = [await form.send(await pool()), await form.send(form.sent), await form.send(form.sent)];
    const [made, ...more] = (await queue.admin.pools()).filter(({ name }) => name === 'new');
    expect(more).toEqual([]);
    expect(answers.map(({ location }) => location)).toEqual(answers.map(() => `/pools/${made!.id}/token`));
  });

  test('says that it was used when it is sent for another pool', async () => {
    const form = await formReader(queue).open('/pools/new');
    await form.send(await pool());
    const { status, text } = await form.send({ ...form.sent, name: 'other' });
    expect(status).toBe(409);
    expect(text).toContain('This was used for pool new: begin again for another one.');
    expect(await queue.admin.pools()).toHaveLength(2);
  });

  test('takes a file where nothing was typed', async () => {
    const form = await formReader(queue).open('/pools/new');
    const { csr } = await makeKey();
    const file = new File([csr], 'request.pem');
    const { status } = await form.send({
      name: 'new',
      certificateSigningRequest: '',
      certificateSigningRequestFile: file,
    });
    expect(status).toBe(303);
  });

  const der = new Uint8Array([0x30, 0x82, 0x04, 0x55, 0x30, 0x82, 0x02, 0x3d, 0xff]);
  const picture = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x00]);

  test.each([
    ['a request in DER', der, /it seems to hold a request in DER: `openssl req -inform DER -in FILE -out request.pem`/],
    ['a picture', picture, /no text: a certificate signing request in PEM begins with -----BEGIN CERTIFICATE REQUEST/],
    ['what is too large', new Uint8Array(300_000).fill(0x61), /The body is larger than 262144 bytes/],
    ['another text', new TextEncoder().encode('<html>'), /cannot be used: it has no PEM block CERTIFICATE REQUEST/],
  ])('takes no file that is %s, and says so on the form', async (_, bytes, sentence) => {
    const form = await formReader(queue).open('/pools/new');
    const file = new File([bytes], 'request');
    const { text } = await form.send({ name: 'new', certificateSigningRequestFile: file });
    expect(text).toContain('<h1>New pool</h1>');
    expect(text).toMatch(sentence);
    if (bytes.length < 300_000) {
      expect(text).toMatch(/id="certificateSigningRequest-error"/);
      expect(text).toContain('value="new"');
    }
    expect(await queue.admin.pools()).toHaveLength(1);
  });

  test.each([
    ['name', { name: 'a/b' }, 'Pool name &quot;a/b&quot; is not allowed'],
    ['labels', { labels: `fine\n${'x'.repeat(101)}` }, 'is not allowed: 1 to 100 characters'],
    ['space', { space: 'a b' }, 'Space &quot;a b&quot; is not allowed'],
    ['driftDetectionRunLimit', { driftDetectionRunLimit: 'many' }, 'The limit is a number'],
    ['certificateSigningRequest', { certificateSigningRequest: 'nonsense' }, 'cannot be used'],
  ])('says beside the field what is wrong with %s, and keeps what was typed', async (field, typed, sentence) => {
    const form = await formReader(queue).open('/pools/new');
    const given = { ...(await pool()), description: 'typed [[[ by hand', ...typed };
    const { status, text } = await form.send(given);
    expect(status).toBe(400);
    expect(text).toContain(sentence);
    expect(text).toMatch(
      new RegExp(`id="${field}" name="${field}" aria-describedby="${field}-error[^"]*" aria-invalid`),
    );
    expect(text).toContain('typed [[[ by hand');
    expect(await queue.admin.pools()).toHaveLength(1);
  });
});

describe('settings that somebody else has changed meanwhile', () => {
  test('of a pool are said, and saved by sending them again', async () => {
    const form = await formReader(queue).open(`/pools/${queue.pool.id}/settings`);
    await queue.admin.updatePool(queue.pool.id, { name: 'pool', description: 'theirs' });
    const refused = await form.send({ name: 'pool', description: 'mine' });
    expect(refused.status).toBe(409);
    expect(refused.text).toContain('Pool pool was changed by somebody else meanwhile');
    expect(refused.text).toContain('Now it is: theirs');
    expect(refused.text).toContain('mine</textarea');
    expect((await queue.admin.pool(queue.pool.id))!.description).toBe('theirs');
    expect((await form.again(refused).send({ name: 'pool', description: 'mine' })).status).toBe(303);
    expect((await queue.admin.pool(queue.pool.id))!.description).toBe('mine');
  });

  test('of a stack are said', async () => {
    const { id } = (await queue.admin.stack('stack'))!;
    const form = await formReader(queue).open(`/stacks/${id}/settings`);
    await queue.admin.updateStack('stack', { projectRoot: 'theirs' });
    const { status, text } = await form.send({ pool: queue.pool.id, projectRoot: 'mine' });
    expect(status).toBe(409);
    expect(text).toContain('Now it is: theirs');
  });
});

test('an API key that somebody else has changed meanwhile is not changed', async () => {
  const { id } = await queue.admin.keys.create({ name: 'ci', role: 'reader' });
  const form = await formReader(queue).open(`/keys/${id}/settings`);
  await queue.admin.keys.update(id, { name: 'ci', role: 'admin' });
  const { status, text } = await form.send({ name: 'renamed', role: 'reader' });
  expect(status).toBe(409);
  expect(text).toContain('Now it is: admin');
  expect(await queue.admin.keys.find(id)).toMatchObject({ name: 'ci', role: 'admin' });
});

describe('the form of a new key', () => {
  test('makes one key, however often it is sent, and shows its secret', async () => {
    const form = await formReader(queue).open('/keys/new');
    const [first, second] = [await form.send({ name: 'ci', role: 'operator' }), await form.send(form.sent)];
    const secret = /id="secret">(wpk_[\w-]+)</.exec(first.text)?.[1] ?? '';
    expect(second.text).toContain(secret);
    const keys = (await queue.admin.keys.list()).filter(({ name }) => name === 'ci');
    expect(keys).toHaveLength(1);
    expect(await queue.apiKeys.authenticate(keys[0]!.id, secret)).toMatchObject({ name: 'ci', role: 'operator' });
    const { text } = await formReader(queue).read('/keys');
    expect(text).not.toContain(secret);
  });

  test('of type OIDC makes one without a secret', async () => {
    const form = await formReader(queue).open('/keys/new-oidc');
    const trust = { issuer: 'https://issuer.example', clientId: 'pools', subjectExpression: 'ci:.*' };
    const typed = { name: 'ci', role: 'operator', ...trust };
    expect((await form.send({ ...typed, subjectExpression: '(' })).status).toBe(400);
    for (let at = 0; at < 2; at += 1) expect((await form.send(typed)).location).toBe('/keys');
    expect(await queue.admin.keys.list()).toMatchObject([{}, { name: 'ci', oidc: trust, secret: null }]);
    expect((await formReader(queue).read('/keys')).text).toContain('OIDC: <code>https://issuer.example</code>');
  });

  test('takes no secret that somebody thought of', async () => {
    const form = await formReader(queue).open('/keys/new');
    const { status, text } = await form.send({ name: 'ci', role: 'reader', secret: 'weak' });
    expect(status).toBe(400);
    expect(text).toContain('this one was not');
  });

  test('says beside the name that it is taken', async () => {
    await queue.admin.keys.create({ name: 'ci', role: 'reader' });
    const { text } = await (await formReader(queue).open('/keys/new')).send({ name: 'ci', role: 'reader' });
    expect(text).toMatch(/id="name-error">An API key is named ci already/);
  });
});

test('a run that is triggered or retried twice by one form is one', async () => {
  const { id } = (await queue.admin.stack('stack'))!;
  const trigger = await formReader(queue).open(`/stacks/${id}/trigger`);
  const { location } = await trigger.send({ type: 'PROPOSED' });
  expect((await trigger.send(trigger.sent)).location).toBe(location);
  const run = location!.split('/').at(-1)!;
  await queue.admin.cancel(run);
  const retry = await formReader(queue).open(`/runs/${run}/retry`);
  const again = (await retry.send({})).location;
  expect(again).not.toBe(location);
  expect((await retry.send({})).location).toBe(again);
  expect(await queue.admin.runs()).toHaveLength(2);
});

describe('the environment of a stack', () => {
  test('is set and unset by name, and its values are not shown', async () => {
    const { id } = (await queue.admin.stack('stack'))!;
    const form = await formReader(queue).open(`/stacks/${id}/environment`);
    expect((await form.send({ environment: 'A/B?', value: 'a secret value' })).status).toBe(303);
    const { text } = await formReader(queue).read(`/stacks/${id}`);
    expect(text).toContain('A/B?');
    expect(text).not.toContain('a secret value');
    const path = /href="([^"]*\/unset)"/.exec(text)![1]!;
    const unset = await formReader(queue).open(path);
    expect((await unset.send({})).status).toBe(303);
    expect([...(await queue.admin.environmentNames([id])).get(id)!]).toEqual([]);
  });

  test('says beside the name that no run can have it', async () => {
    const { id } = (await queue.admin.stack('stack'))!;
    const form = await formReader(queue).open(`/stacks/${id}/environment`);
    const { text } = await form.send({ environment: 'A=B', value: 'x' });
    expect(text).toMatch(/id="environment-error">Environment variable &quot;/);
  });
});

test('a pool with unfinished runs is not deleted, and the page says why', async () => {
  await queue.trigger();
  const form = await formReader(queue).open(`/pools/${queue.pool.id}/delete`);
  const { status, text } = await form.send({});
  expect(status).toBe(400);
  expect(text).toContain('Pool pool has an unfinished run: stop them, or let them end, then delete it.');
  expect(await queue.admin.pool(queue.pool.id)).not.toBeNull();
});

test('the token of a pool is for those who may see it, and nobody keeps the answer', async () => {
  const { ask } = formReader(queue);
  for (const path of ['token', 'token.txt']) {
    const answer = await ask(`/pools/${queue.pool.id}/${path}`, {});
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    expect(await answer.text()).toContain((await queue.admin.pool(queue.pool.id))!.config);
    const { id, secret } = await queue.admin.keys.create({ name: `an operator for ${path}`, role: 'operator' });
    const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    const refused = await ask(`/pools/${queue.pool.id}/${path}`, { headers: { authorization } });
    expect(refused.status).toBe(403);
  }
});
