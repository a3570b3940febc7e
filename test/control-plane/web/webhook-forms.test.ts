import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { TestQueue } from '../support/queue';
import { formReader } from './support/form';

let queue: TestQueue;

beforeEach(async () => {
  queue = await TestQueue.ready();
});

afterEach(() => queue.close());

const typed = { name: 'chat', endpoint: 'http://127.0.0.1:1/hook', enabled: 'yes', retryOnFailure: 'yes' };

test('a webhook is made once, however often its form is sent, and its secret is shown then alone', async () => {
  const form = await formReader(queue).open('/webhooks/new');
  const answers = [await form.send({ ...typed, runStates: 'FAILED', stacks: 'stack' }), await form.send(form.sent)];
  const [secret, again] = answers.map(({ text }) => /id="secret">([\w-]{43})</.exec(text)?.[1]);
  expect(secret).toMatch(/./);
  expect(again).toBe(secret);
  const [webhook, ...more] = await queue.admin.webhooks.list();
  expect(more).toEqual([]);
  expect(webhook).toMatchObject({ name: 'chat', enabled: true, runStates: ['FAILED'] });
  const { text } = await formReader(queue).read(`/webhooks/${webhook!.id}`);
  expect(text).not.toContain(secret);
  expect(text).toContain('<dd>failed</dd>');
});

test('a webhook is changed, tested, and deleted', async () => {
  const { id } = await queue.admin.webhooks.create({ name: 'chat', endpoint: typed.endpoint, enabled: true });
  const form = await formReader(queue).open(`/webhooks/${id}/settings`);
  expect((await form.send({ ...typed, name: 'chat-2' })).location).toBe(`/webhooks/${id}`);
  const outdated = await form.send({ ...typed, name: 'chat-3' });
  expect(outdated.status).toBe(409);
  expect(outdated.text).toContain('Now it is: chat-2');
  expect((await (await formReader(queue).open(`/webhooks/${id}/test`)).send({})).location).toBe(`/webhooks/${id}`);
  expect((await formReader(queue).read(`/webhooks/${id}`)).text).toMatch(/a test<\/td>.*>waits</);
  const gone = await formReader(queue).open(`/webhooks/${id}/delete`);
  expect((await gone.send({})).location).toBe('/webhooks');
  expect((await gone.send({})).text).toContain('it may have been deleted');
});

test.each([
  ['endpoint', { endpoint: 'ftp://example.com' }, 'is refused'],
  ['name', { name: 'a/b' }, 'is not allowed'],
  ['stacks', { stacks: 'nothing' }, 'Stack nothing not found'],
])('says beside %s what is wrong', async (field, wrong, sentence) => {
  const { text } = await (await formReader(queue).open('/webhooks/new')).send({ ...typed, ...wrong });
  expect(text).toMatch(new RegExp(`<p class="bad" id="${field}-error">[^<]*${sentence}`));
});
