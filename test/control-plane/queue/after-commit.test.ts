import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { queueContext } from '../../../src/control-plane/queue';
import { dispatch } from '../../../src/control-plane/queue/dispatcher';
import { decide, queueRun } from '../../../src/control-plane/queue/person-operations';
import { runTopic } from '../../../src/control-plane/queue/wakeups';
import { systemClock } from '../../../src/time';
import { until } from '../../support/until';
import { newWorker } from '../support/control-plane';
import { forSomebody, TestQueue } from '../support/queue';

let queue: TestQueue;

beforeEach(async () => {
  queue = await TestQueue.ready();
});

afterEach(() => queue.close());

const failing = () => {
  throw new Error('this part is broken');
};

/** A context on the queue's database of which what follows a commit is broken. */
function brokenContext() {
  const { store, settings, now } = queue.context;
  const observer = { happened: failing, viewsSent: failing, removed: failing };
  return queueContext(store, settings, pino({ level: 'silent' }), { ...systemClock, now }, failing, observer);
}

describe('what was committed is answered, though', () => {
  test('no run can be given out; a sweep gives it out later', async () => {
    const worker = await queue.register();
    await queue.sql(`CREATE TRIGGER broken BEFORE INSERT ON assignments BEGIN SELECT RAISE(ABORT, 'broken'); END`);
    const run = await queue.trigger();
    expect(await queue.state(run)).toBe('QUEUED');
    await queue.sql('DROP TRIGGER broken');
    await queue.sweep();
    expect(await queue.assignment(worker)).toMatchObject({ runId: run });
  });

  test('the metrics cannot be told that a run was given out', async () => {
    const worker = await queue.register();
    const stack = (await queue.admin.stack('stack'))!;
    const { id: run } = await queueRun(forSomebody(brokenContext()), { stack, type: 'TRACKED' });
    expect(await queue.assignment(worker)).toMatchObject({ runId: run });
  });

  test('the metrics cannot be told that views were sent', async () => {
    const request = { session: 'session', workers: [newWorker()] };
    const { signal } = new AbortController();
    expect(await dispatch(brokenContext(), queue.pool.id, 'register', request, signal)).toMatchObject({
      workers: [{ id: request.workers[0]!.id }],
    });
  });

  test('the workspace that it frees cannot be removed', async () => {
    const { run, assignment } = await queue.started();
    await queue.end(assignment, 'Succeeded', true);
    expect((await decide(forSomebody(brokenContext()), run, 'discard')).state).toBe('DISCARDED');
  });

  test('one who listens fails, and the others are told', async () => {
    const { run, assignment } = await queue.started();
    const heard: string[] = [];
    queue.context.wakeups.onNotify(failing);
    queue.context.wakeups.onNotify((topic) => heard.push(topic));
    await queue.admin.stop(run, 'not wanted');
    await until(() => heard.includes(runTopic(run)), 'the second hears of the run');
    expect(await queue.heartbeat(assignment)).toEqual({ stop: { reason: 'not wanted' } });
  });
});
