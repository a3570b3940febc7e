import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isFromOurPage } from '../../../src/control-plane/web/forms/ours';
import { TestQueue } from '../support/queue';
import { KEY, readerOf } from './support/reader';

test.each<[string, Record<string, string>, boolean]>([
  ['a page of ours', { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://pools.example' }, true],
  ['a page of a neighbour', { 'Sec-Fetch-Site': 'same-site', Origin: 'https://pools.example' }, false],
  ['a page of a stranger', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://attacker.example' }, false],
  ['nobody, as a bookmark does', { 'Sec-Fetch-Site': 'none' }, false],
  ['a page of ours without TLS', { Origin: 'http://pools.example' }, true],
  ['a page of a stranger without TLS', { Origin: 'http://attacker.example' }, false],
  ['a page of another port', { Origin: 'http://pools.example:81' }, false],
  ['a page that hides where it is', { Origin: 'null' }, false],
  ['a program', {}, false],
])('a form of %s', (_, headers, isOurs) => {
  const sent: Record<string, string> = { Host: 'pools.example', ...headers };
  expect(isFromOurPage((name) => sent[name])).toBe(isOurs);
});

describe('an action', () => {
  let queue: TestQueue;

  beforeEach(async () => {
    queue = await TestQueue.ready();
  });

  afterEach(() => queue.close());

  test('asks first, and is done by the form alone', async () => {
    const run = await queue.trigger();
    const { read, post } = readerOf(queue, KEY);
    const { text } = await read(`/runs/${run}/stop`);
    expect(text).toContain(`<h1>Stop run ${run} of stack?</h1>`);
    expect(await queue.state(run)).toBe('QUEUED');
    expect((await post(`/runs/${run}/stop`)).status).toBe(303);
    expect(await queue.state(run)).toBe('CANCELED Cancelled');
  });

  test('is refused to a form from elsewhere, and to one who may only look', async () => {
    const run = await queue.trigger();
    const stranger = await readerOf(queue, KEY).post(`/runs/${run}/stop`, { 'Sec-Fetch-Site': 'cross-site' });
    expect(stranger.status).toBe(403);
    expect(stranger.text).toContain('nothing was done');
    expect(await readerOf(queue, null).post(`/runs/${run}/stop`)).toMatchObject({ status: 403 });
    expect(await queue.state(run)).toBe('QUEUED');
  });

  test.each([
    ['/runs/nothing/stop', 404, 'There is no run nothing.'],
    ['/pools/nothing/cycle', 404, 'There is no pool nothing; it may have been deleted.'],
    ['/pools/POOL/workers/nothing/drain', 404, 'There is no worker nothing in pool pool; it may be gone.'],
  ])('of %s says that it is not there', async (path, status, sentence) => {
    const { read } = readerOf(queue, KEY);
    const answer = await read(path.replace('POOL', queue.pool.id));
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(sentence);
  });
});
