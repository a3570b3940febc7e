import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { RequestError } from '../../src/control-plane/errors';
import { NOT_GIVEN_OUT } from '../../src/control-plane/queue/assign-runs';
import { queueContext } from '../../src/control-plane/queue';
import { hosting } from '../../src/control-plane/hosting';
import { queueRun, stop } from '../../src/control-plane/queue/person-operations';
import { openSqlite } from '../../src/control-plane/store/database/sqlite';
import { systemClock } from '../../src/time';
import { temporaryFolder } from '../support/folder';
import { forSomebody, TestQueue } from './support/queue';

describe('operations in the thread of the database', () => {
  let queue: TestQueue;

  beforeEach(async () => {
    queue = await TestQueue.ready(temporaryFolder(), (folder, now, prepare) =>
      openSqlite({ path: join(folder, 'control-plane.db'), now, prepare, hosting }),
    );
  });

  afterEach(() => queue.close());

  /** The lines of its log. */
  function listening() {
    const lines: Record<string, unknown>[] = [];
    const { store, settings, now } = queue.context;
    const logger = pino({}, { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) });
    return { context: forSomebody(queueContext(store, settings, logger, { ...systemClock, now })), lines };
  }

  const aRun = async () => ({ stack: (await queue.admin.stack('stack'))!, type: 'PROPOSED' as const });

  test('a run goes its whole way', async () => {
    const { worker, run, assignment } = await queue.started();
    expect(await queue.log(assignment, 1, 2)).toBe(2);
    expect(await queue.end(assignment)).toBe('FINISHED');
    expect(await queue.report(worker, assignment, { kind: 'released' })).toBe(true);
    expect(await queue.view(worker)).toMatchObject({ assignment: null });
    expect(await queue.text(run)).toContain('The run finished');
  });

  test('those who wait are woken, with what was given out', async () => {
    const worker = await queue.register();
    const { revision } = await queue.watch(0, 0);
    const watching = queue.watch(revision, 60);
    const run = await queue.trigger();
    expect((await watching).workers).toMatchObject([{ id: worker, assignment: { runId: run } }]);
  });

  test('a refusal comes back as it was made', async () => {
    const { assignment } = await queue.started();
    const again = queue.start(assignment, 'another Pod');
    await expect(again).rejects.toBeInstanceOf(RequestError);
    await expect(again).rejects.toMatchObject({ code: 'already-started' });
    await expect(again).rejects.toThrow(/runs in another Pod already/);
  });

  test('what the database fails with comes back with its code', async () => {
    await queue.sql(`CREATE TRIGGER broken BEFORE INSERT ON runs BEGIN SELECT RAISE(ABORT, 'broken'); END`);
    await expect(queue.trigger()).rejects.toMatchObject({ message: 'broken', errcode: 1811 });
  });

  test('when nothing can be given out, the log says so, and the run is queued', async () => {
    await queue.register();
    await queue.sql(`CREATE TRIGGER broken BEFORE INSERT ON assignments BEGIN SELECT RAISE(ABORT, 'broken'); END`);
    const { context, lines } = listening();
    const { id: run } = await queueRun(context, await aRun());
    expect(await queue.state(run)).toBe('QUEUED');
    expect(lines).toMatchObject([{ level: 50, pool: queue.pool.id, err: { message: 'broken' }, msg: NOT_GIVEN_OUT }]);
  });

  test('the log of the process says what was done, and nothing of what was refused', async () => {
    const { context, lines } = listening();
    const { id: run } = await queueRun(context, await aRun());
    await expect(stop(context, 'no-such-run', 'not wanted')).rejects.toThrow(/not found/);
    await stop(context, run, 'not wanted');
    expect(lines).toMatchObject([{ level: 30, run, from: 'QUEUED', to: 'CANCELED', msg: 'run changed state' }]);
  });

  test('of many at once, those that are refused undo nothing of the others', async () => {
    const found = await aRun();
    const context = forSomebody(queue.context);
    const gone = { ...found, stack: { id: 'gone', name: 'gone' } };
    const settled = await Promise.allSettled(
      Array.from({ length: 30 }, (_, n) => queueRun(context, n % 3 === 1 ? gone : found).then(({ id }) => id)),
    );
    const ids = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(ids).toHaveLength(20);
    expect(new Set(await queue.states(...ids))).toEqual(new Set(['QUEUED']));
  });
});
