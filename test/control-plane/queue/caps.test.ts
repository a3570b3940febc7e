import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ulid } from 'ulid';
import { LIMIT } from '../../../src/control-plane/limits';
import { requireWithinCaps, type PoolSize } from '../../../src/control-plane/queue/caps';
import { dispatch } from '../../../src/control-plane/queue/dispatcher';
import { makePool } from '../support/control-plane';
import { TestQueue } from '../support/queue';

describe('a pool may not have', () => {
  test.each<[string, (above: number) => PoolSize, string]>([
    ['too many sessions', (above) => ({ sessions: LIMIT.poolSessions + above }), 'let fewer WorkerPools use its token'],
    ['too many workers', (above) => ({ workers: LIMIT.poolWorkers + above }), 'make its WorkerPools smaller'],
    ['too many that were', (above) => ({ knownWorkers: LIMIT.poolKnownWorkers + above }), 'let workers live longer'],
  ])('%s', (_, size, toDo) => {
    expect(() => requireWithinCaps(size(0))).not.toThrow();
    expect(() => requireWithinCaps(size(1))).toThrow(new RegExp(`a pool may have \\d+ .*: ${toDo}`));
  });
});

describe('the queue', () => {
  let queue: TestQueue;

  beforeEach(async () => {
    queue = await TestQueue.ready();
  });

  afterEach(() => queue.close());

  const register = (workers: readonly string[], session = 'session', pool = queue.pool.id) =>
    dispatch(
      queue.context,
      pool,
      'register',
      { session, workers: workers.map((id) => ({ id, name: id, metadata: {} })) },
      new AbortController().signal,
    );
  const newIds = (count: number) => Array.from({ length: count }, () => ulid());
  /** Rows that a pool has by a long way of requests. */
  const have = (count: number, column = '') =>
    queue.sql(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
      INSERT INTO workers (id, poolId, sessionId, name, metadata, revision, createdAt, availableAt${column && `, ${column}`})
      SELECT 'w' || i, '${queue.pool.id}', 'session', 'w', '{}', 1, 1, 1${column && `, ${queue.now}`} FROM n`);
  const refused = expect.objectContaining({ code: 'too-many-requests' });

  test('takes no further session of a pool that has its share, while the others and other pools go on', async () => {
    for (let index = 0; index < LIMIT.poolSessions; index += 1) await queue.beat(`session ${index}`);
    await expect(queue.beat('one more')).rejects.toEqual(refused);
    await expect(queue.beat('session 0')).resolves.toBeUndefined();
    await expect(register(newIds(1), 'one more', (await makePool(queue, 'other')).id)).resolves.toBeDefined();
  });

  test('takes no further worker of a pool that has its share, and those it has again', async () => {
    await have(LIMIT.poolWorkers - 1);
    const [last, ...more] = newIds(3);
    await expect(register([last!, ...more])).rejects.toEqual(refused);
    await register([last!]);
    await expect(register(more.slice(0, 1))).rejects.toEqual(refused);
    await expect(register([last!])).resolves.toBeDefined();
  });

  test.each(['removedAt', 'forgottenAt'])('counts workers that are gone (%s) for a while, too', async (column) => {
    await have(LIMIT.poolKnownWorkers - 1, column);
    await register(newIds(1));
    await expect(register(newIds(1))).rejects.toEqual(refused);
  });
});
