import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { LIMIT } from '../../../src/control-plane/limits';
import { SCRIPT } from '../../../src/control-plane/web/script.generated';
import { until } from '../../support/until';
import { TestQueue } from '../support/queue';
import { LiveStream } from './support/live-stream';
import { readerOf } from './support/reader';

let queue: TestQueue;
const streams: LiveStream[] = [];

beforeEach(async () => {
  queue = await TestQueue.ready();
});

afterEach(async () => {
  for (const stream of streams.splice(0)) await stream.close();
  await queue.close();
});

type Reader = ReturnType<typeof readerOf>;

async function open({ ask }: Reader, page: string, last?: string): Promise<LiveStream> {
  const response = await ask(`${page}/live`, { headers: last === undefined ? {} : { 'Last-Event-ID': last } });
  expect(response.status).toBe(200);
  const stream = new LiveStream(response.body!);
  streams.push(stream);
  return stream;
}

/** What a page has when it is read. */
async function lastOf({ read }: Reader, page: string): Promise<string> {
  return /data-last="([^"]+)"/.exec((await read(page)).text)![1]!;
}

test('a page hears of what changes, and of nothing that it has', async () => {
  const reader = readerOf(queue);
  const page = `/pools/${queue.pool.id}`;
  const stream = await open(reader, page, await lastOf(reader, page));
  await queue.register('a-worker');
  const { data } = await stream.message('the worker', ({ data }) => data.includes('a-worker'));
  expect(Object.keys((JSON.parse(data) as { regions: object }).regions)).toEqual(expect.arrayContaining(['list']));
  expect(stream.messages[0]!.data).toContain('a-worker');
});

test.each<[string, string, (name: string) => Promise<unknown>, string]>([
  ['of a pool', 'pool', () => queue.admin.updatePool(queue.pool.id, { name: 'renamed' }), 'renamed'],
  ['of a stack', 'stack', () => queue.admin.updateStack('stack', { runnerImage: 'an/image:2' }), 'an/image:2'],
  ['of what a stack depends on', 'stack', () => queue.admin.addStackDependency('stack', 'other'), 'other'],
  ['of what depends on a stack', 'stack', () => queue.admin.addStackDependency('other', 'stack'), 'other'],
])('a page hears at once of a change %s', async (_, what, change, news) => {
  await queue.addStack('other');
  const reader = readerOf(queue);
  const { id } = what === 'pool' ? queue.pool : (await queue.admin.stack('stack'))!;
  const page = `/${what}s/${id}`;
  const stream = await open(reader, page, await lastOf(reader, page));
  await change(what);
  await stream.message('the change', ({ data }) => data.includes(news));
});

test('a page that was away hears of what happened meanwhile', async () => {
  const reader = readerOf(queue);
  const page = `/pools/${queue.pool.id}`;
  const last = await lastOf(reader, page);
  await queue.register('a-worker');
  const stream = await open(reader, page, last);
  await stream.message('the worker', ({ data }) => data.includes('a-worker'));
});

test('the queue of a pool follows its runs', async () => {
  const reader = readerOf(queue);
  const page = `/pools/${queue.pool.id}/queue`;
  const stream = await open(reader, page, await lastOf(reader, page));
  const run = await queue.trigger();
  await stream.message('the run', ({ data }) => data.includes(run));
});

test('a log goes on behind the last message, in its colour', async () => {
  const reader = readerOf(queue);
  const { run, assignment } = await queue.started();
  const page = `/runs/${run}`;
  const first = await open(reader, page, await lastOf(reader, page));
  await queue.print(assignment, 1, '\u001b[32mone\n');
  const { id } = await first.message('one', ({ data }) => data.includes('one'));
  await first.close();
  await queue.print(assignment, 2, 'two\n');
  const second = await open(reader, page, id);
  const { data } = await second.message('two', ({ data }) => data.includes('two'));
  expect((JSON.parse(data) as { html: string }).html).toContain('<span class="c2">two\n</span>');
  expect(second.messages.some((message) => message.data.includes('one'))).toBe(false);
});

test('a page of what is deleted is told so, and its stream ends', async () => {
  const reader = readerOf(queue);
  const page = `/pools/${queue.pool.id}`;
  const stream = await open(reader, page, await lastOf(reader, page));
  await queue.admin.deletePool(queue.pool.id);
  await stream.message('gone', ({ event }) => event === 'gone');
  await until(() => stream.isOver, 'the stream ends');
});

test.each(['', 'nonsense', '///', 'x/99999999999999999999'])(
  'a stream begins anew after %j, which is no message of it',
  async (last) => {
    const run = await queue.trigger();
    const stream = await open(readerOf(queue), `/runs/${run}`, last);
    await stream.message('the view', ({ event }) => event === 'view');
    await stream.message('the log', ({ event }) => event === 'log');
  },
);

test('a stream ends with the control plane', async () => {
  const reader = readerOf(queue);
  const stream = await open(reader, '', await lastOf(reader, '/'));
  queue.context.wakeups.close();
  await until(() => stream.isOver, 'the stream ends');
});

test('one caller takes a part of all streams, and gets more when some end', async () => {
  const reader = readerOf(queue);
  const page = `/stacks/${(await queue.admin.stack('stack'))!.id}`;
  const opened: LiveStream[] = [];
  for (let at = 0; at < LIMIT.livePagesOfKey; at += 1) opened.push(await open(reader, page));
  expect((await reader.read(`${page}/live`)).status).toBe(429);
  await opened[0]!.close();
  await until(async () => (await taken(reader, page)) === 200, 'another is taken');
});

async function taken({ ask }: Reader, page: string): Promise<number> {
  const { status, body } = await ask(`${page}/live`, {});
  await body?.cancel();
  return status;
}

test('what a browser loads beside the pages is small', () => {
  expect(Buffer.byteLength(SCRIPT)).toBeLessThan(100_000);
});
