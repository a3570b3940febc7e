import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { makePool, makeStack } from '../support/control-plane';
import { TestQueue } from '../support/queue';
import { Statements } from '../support/statements';
import { TestApi } from './support/api';

let queue: TestQueue;
let api: TestApi;
let statements: Statements;

beforeEach(async () => {
  queue = await TestQueue.ready();
  api = new TestApi(queue);
  statements = Statements.listen();
});

afterEach(async () => {
  statements.stop();
  await queue.close();
});

const grow = async (names: readonly string[]) => {
  for (const name of names) {
    await makeStack(queue, (await makePool(queue, name)).id, `stack-of-${name}`);
    for (let runs = 0; runs < 2; runs += 1) await queue.trigger(`stack-of-${name}`);
  }
};

const asked = async (document: string) => (await statements.of(() => api.ask(document))).length;

describe('however many there are, the database is asked as often about', () => {
  test.each([
    ['their pools', '{ workerPools { pendingRuns busyWorkers workersCount usersCount workers { id } } }'],
    ['the pools and environments of stacks', '{ stacks { environment workerPool { name pendingRuns } } }'],
    ['what runs wait for', '{ runs { id waitsFor } }'],
  ])('%s', async (_, document) => {
    await grow(['a', 'b']);
    const few = await asked(document);
    await grow(['c', 'd', 'e', 'f']);
    expect(await asked(document)).toBe(few);
  });
});

test('the workers of many pools are each in the list of its pool, newest first', async () => {
  const older = await queue.register('older');
  queue.leap(1);
  const newer = await queue.register('newer');
  await grow(['empty']);
  expect(await api.ask('{ workerPools { name workers { id } } }')).toEqual({
    workerPools: [
      { name: 'empty', workers: [] },
      { name: 'pool', workers: [{ id: newer }, { id: older }] },
    ],
  });
});

describe('a list gives no more than are wanted', () => {
  const LISTS = ['workerPools', 'stacks', 'runs'];

  test.each(LISTS)('of %s', async (list) => {
    await grow(['a', 'b']);
    for (const first of [0, 1, 2]) {
      expect((await api.ask(`{ ${list}(first: ${first}) { id } }`))[list]).toHaveLength(first);
    }
  });

  test.each(LISTS)('of %s, and not fewer than none', async (list) => {
    await expect(api.ask(`{ ${list}(first: -1) { id } }`)).rejects.toThrow(
      'first is -1: it must be a number from 0 up',
    );
  });

  test('of the workers of a pool', async () => {
    for (const name of ['a', 'b']) await queue.register(name);
    const workers = 'query($id: ID!) { workerPool(id: $id) { workers(first: 1) { name } } }';
    expect(await api.ask(workers, { id: queue.pool.id })).toEqual({ workerPool: { workers: [{ name: 'b' }] } });
  });
});
