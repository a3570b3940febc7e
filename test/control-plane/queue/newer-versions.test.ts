import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { NewRun } from '../../../src/control-plane/admin/input';
import { decide } from '../../../src/control-plane/queue/person-operations';
import { QUEUE_VERSION, RUN_TYPES } from '../../../src/control-plane/queue/run-types';
import { describeOnEachDatabase } from '../support/databases';
import { forSomebody, TestQueue } from '../support/queue';

describeOnEachDatabase('a run that a newer process has queued, while this one still serves,', (database) => {
  let queue: TestQueue;

  beforeEach(async () => {
    queue = await TestQueue.ready(undefined, await database());
  });

  afterEach(() => queue.close());

  /** What this process knows nothing of becomes of it; the newer process does the rest. */
  const isNewer = (run: string) =>
    queue.sql(`UPDATE runs SET "queueVersion" = ${QUEUE_VERSION + 1}, type = 'OF-TOMORROW' WHERE id = '${run}'`);
  const asANewerProcess = async <T>(run: string, work: () => Promise<T>): Promise<T> => {
    await queue.sql(`UPDATE runs SET "queueVersion" = 0, type = 'DESTROY' WHERE id = '${run}'`);
    try {
      return await work();
    } finally {
      await isNewer(run);
    }
  };
  const unavailable = { code: 'unavailable', message: expect.stringContaining('of a newer version') };

  test('is given to no worker, and others behind it are', async () => {
    const run = await queue.trigger('stack', 'DESTROY');
    await isNewer(run);
    await queue.addStack('other');
    const other = await queue.trigger('other');
    await queue.register();
    expect(await queue.states(run, other)).toEqual(['QUEUED', 'PREPARING']);
    await queue.register('another');
    await queue.sweep();
    expect(await queue.states(run, other)).toEqual(['QUEUED', 'PREPARING']);
  });

  test('keeps others of its stack waiting', async () => {
    const run = await queue.trigger('stack', 'DESTROY');
    await isNewer(run);
    const tracked = await queue.trigger();
    await queue.register();
    expect(await queue.states(run, tracked)).toEqual(['QUEUED', 'QUEUED']);
    expect(await queue.waits(tracked)).toContain(run);
  });

  test('is not started: its Pod asks again until a newer process answers', async () => {
    const { run, assignment } = await queue.assigned('stack', 'DESTROY');
    await isNewer(run);
    const before = await queue.everything();
    await expect(queue.start(assignment)).rejects.toMatchObject(unavailable);
    expect(await queue.everything()).toEqual(before);
    const spec = await asANewerProcess(run, () => queue.start(assignment));
    expect(spec.steps[1]?.command).toContain('plan -destroy');
    // An answer that was lost.
    await expect(queue.start(assignment)).rejects.toMatchObject(unavailable);
  });

  test('goes on here as far as that has nothing to do with what it is for', async () => {
    const { run, assignment } = await queue.started('stack', 'DESTROY');
    await isNewer(run);
    expect(await queue.heartbeat(assignment)).toEqual({ stop: null });
    expect(await queue.log(assignment, 1)).toBe(1);
    expect(await queue.admin.run(run)).toMatchObject({ state: 'PLANNING', logBytes: expect.any(Number) });
  });

  test('is moved on by nothing that is asked of this process, and nothing is stored by halves', async () => {
    const { run, assignment } = await queue.started('stack', 'DESTROY');
    await isNewer(run);
    const before = await queue.everything();
    const person = forSomebody(queue.context);
    for (const asked of [
      () => queue.end(assignment),
      () => queue.end(assignment, 'UserFailed'),
      () => queue.admin.stop(run),
      () => queue.admin.cancel(run),
      () => queue.admin.prioritize(run, true),
      () => queue.admin.retryRun(run),
      () => decide(person, run, 'confirm'),
      () => decide(person, run, 'discard'),
    ]) {
      await expect(asked()).rejects.toMatchObject(unavailable);
    }
    expect(await queue.everything()).toEqual(before);
  });

  test('is ended by no sweep of this process, which looks at all others', async () => {
    const { run } = await queue.started('stack', 'DESTROY');
    await isNewer(run);
    await queue.addStack('other');
    const { run: other } = await queue.started('other');
    await queue.pass(11 * 60);
    await queue.sync([]);
    await queue.sweep();
    expect(await queue.states(run, other)).toEqual(['PLANNING', 'FAILED NodeLost']);
    await asANewerProcess(run, () => queue.sweep());
    expect(await queue.state(run)).toBe('FAILED NodeLost');
  });
});

describe('the version of the queue that a run needs', () => {
  let queue: TestQueue;

  beforeEach(async () => {
    queue = await TestQueue.ready();
  });

  afterEach(() => queue.close());

  test.each<[what: string, wanted: Partial<NewRun>, version: number]>([
    ['that plans and applies as its stack says', {}, 0],
    ['that only plans', { type: 'PROPOSED' }, 0],
    ['with a commit, which says nothing of what is done', { commitSha: 'abcdef0' }, 0],
    ['that destroys', { type: 'DESTROY' }, 1],
    ['that is a task', { type: 'TASK', command: 'true' }, 1],
    ['with a folder of its own', { projectRoot: 'envs' }, 1],
    ['with an image of its own', { runnerImage: 'image' }, 1],
    ['with variables of its own', { environment: { A: 'b' } }, 1],
  ])('%s', async (_, wanted, queueVersion) => {
    const { id } = await queue.admin.createRun({ stack: 'stack', ...wanted });
    expect(await queue.admin.run(id)).toMatchObject({ queueVersion });
  });

  test('is known here, whatever it is', () => {
    for (const { since } of Object.values(RUN_TYPES)) expect(since).toBeLessThanOrEqual(QUEUE_VERSION);
  });
});
