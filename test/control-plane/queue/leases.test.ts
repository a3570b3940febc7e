import { cpSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { judge, type AttemptFacts } from '../../../src/control-plane/queue/sweep';
import { sweepOnce } from '../../../src/control-plane/queue/sweeper';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { describeOnEachDatabase } from '../support/databases';
import { SWEEP_MS, TestQueue } from '../support/queue';

const facts = (given: Partial<AttemptFacts>): AttemptFacts => ({
  started: false,
  sessionSilenceMs: 0,
  relaySilenceMs: 0,
  podWasObserved: false,
  stopWasAsked: false,
  pastStartDeadlineMs: -1,
  ...given,
});

describe('whether an attempt lives on', () => {
  test.each([
    ['unstarted, session alive', {}, 'keep'],
    ['unstarted, session silent for just the lease', { sessionSilenceMs: 60_000 }, 'keep'],
    ['unstarted, session silent for longer', { sessionSilenceMs: 60_001 }, 'withdraw'],
    ['unstarted, a little past the deadline', { pastStartDeadlineMs: 60_000 }, 'keep'],
    ['unstarted, well past the deadline', { pastStartDeadlineMs: 60_001 }, 'StartTimeout'],
    ['started, relay alive, session gone', { started: true, sessionSilenceMs: 1e9 }, 'keep'],
    ['started, relay silent for just the lease', { started: true, relaySilenceMs: 120_000 }, 'keep'],
    ['started, relay silent, Pod not seen', { started: true, relaySilenceMs: 120_001 }, 'NodeLost'],
    ['started, relay silent, Pod seen', { started: true, relaySilenceMs: 1e9, podWasObserved: true }, 'keep'],
    ['started, relay silent, session silent since its lease', silent(120_001, 60_001), 'keep'],
    ['started, relay and session silent as a partition may be', silent(600_000, 600_000), 'keep'],
    ['started, session silent, relay only of late', silent(600_000, 1e9), 'keep'],
    ['started, relay and session silent for longer, Pod seen long ago', silent(600_001, 600_001), 'ControlPlaneLost'],
    ['to stop, relay silent for a while, Pod seen', { ...silent(600_000, 0), stopWasAsked: true }, 'keep'],
    ['to stop, relay silent for longer, Pod seen', { ...silent(600_001, 0), stopWasAsked: true }, 'Cancelled'],
    ['to stop, relay heard', { ...silent(0, 1e9), stopWasAsked: true }, 'keep'],
    ['to stop, relay and session silent', { ...silent(600_001, 600_001), stopWasAsked: true }, 'ControlPlaneLost'],
    ['to stop, relay silent, Pod not seen', { started: true, relaySilenceMs: 120_001, stopWasAsked: true }, 'NodeLost'],
  ] as const)('%s', (_, given, expected) => {
    const verdict = judge(facts(given));
    expect(verdict.kind === 'lose' ? verdict.reason : verdict.kind).toBe(expected);
  });
});

function silent(relaySilenceMs: number, sessionSilenceMs: number): Partial<AttemptFacts> {
  return { started: true, relaySilenceMs, sessionSilenceMs, podWasObserved: true };
}

describeOnEachDatabase('leases', (database) => {
  let queue: TestQueue;

  beforeEach(async () => {
    queue = await TestQueue.ready(undefined, await database());
  });

  afterEach(() => queue.close());

  describe('of a control plane that stood still, or whose clock was set (invariant 10),', () => {
    let run: string;

    /** So many seconds in which everything but the session goes on. */
    const goOn = async (seconds: number) => {
      for (let passed = 0; passed < seconds * 1000; passed += SWEEP_MS) {
        queue.leap(SWEEP_MS / 1000);
        await sweepOnce(queue.context, SWEEP_MS);
      }
    };

    beforeEach(async () => {
      const worker = await queue.register();
      run = await queue.trigger();
      await queue.assignment(worker);
      await goOn(5);
    });

    test.each([30, 3_600, -3_600])('go on as before after %i seconds', async (seconds) => {
      queue.leap(seconds);
      await goOn(60);
      expect(await queue.state(run)).toBe('PREPARING');
      await goOn(10);
      expect(await queue.state(run)).toBe('QUEUED');
    });
  });

  describe('of leaders', () => {
    const superseded = { code: 'superseded', message: expect.stringContaining('another controller leads now') };

    test('a former one retires nothing while the present one is alive', async () => {
      const worker = await queue.register();
      await queue.beat('session', 4);
      await queue.beat('session', 5);
      await expect(queue.sync([], 'session', 4)).rejects.toMatchObject(superseded);
      await expect(queue.beat('session', 4)).rejects.toMatchObject(superseded);
      expect((await queue.view(worker))?.removed).toBe(false);
    });

    test('a former one does not keep a session alive', async () => {
      await queue.register();
      await queue.beat('session', 5);
      await queue.pass(59);
      await expect(queue.beat('session', 4)).rejects.toMatchObject(superseded);
      const { known, reading } = (await queue.context.store.read.looks.session(queue.pool.id, 'session'))!;
      expect(reading - known.heardLease).toBe(59_000);
    });

    test('one of a Lease that was made anew is heard as soon as the former one is silent', async () => {
      await queue.beat('session', 5);
      await queue.pass(60);
      await expect(queue.beat('session', 0)).rejects.toMatchObject(superseded);
      await queue.pass(1);
      await queue.beat('session', 0);
      await queue.beat('session', 0);
    });

    test('of other sessions, and one that counts none, are heard', async () => {
      await queue.beat('session', 5);
      await queue.beat('other', 0);
      await queue.beat('session');
    });
  });

  test('an unstarted run of a dead session goes to a worker of a live one', async () => {
    const dead = await queue.register('dead', 'dead-session');
    const run = await queue.trigger();
    const given = await queue.assignment(dead, 'dead-session');
    await queue.pass(61);
    const alive = await queue.register('alive', 'live-session');
    await queue.sweep();
    expect(await queue.assignment(alive, 'live-session')).toMatchObject({ runId: run, attempt: 2 });
    await expect(queue.start(given)).rejects.toThrow('was given up');
  });

  test('a session that is silent gets no new runs, and gets them when it is back', async () => {
    await queue.register();
    await queue.pass(61);
    const run = await queue.trigger();
    expect(await queue.state(run)).toBe('QUEUED');
    await queue.beat();
    expect(await queue.state(run)).toBe('PREPARING');
  });

  test('a started run lives as long as its relay speaks, whatever becomes of the session (invariant 2)', async () => {
    const { run, assignment } = await queue.started();
    for (let minute = 0; minute < 10; minute++) {
      await queue.pass(60);
      await queue.heartbeat(assignment);
      await queue.sweep();
    }
    expect(await queue.state(run)).toBe('PLANNING');
  });

  test('a started run whose relay is silent and whose Pod the session does not see is lost (invariant 5)', async () => {
    const worker = await queue.register();
    const run = await queue.trigger();
    await queue.start(await queue.assignment(worker));
    await queue.pass(121);
    await queue.sync([{ id: worker, pod: null }]);
    await queue.sweep();
    expect(await queue.state(run)).toBe('FAILED NodeLost');
  });

  test('a started run whose Pod the session still sees is kept', async () => {
    const worker = await queue.register();
    const run = await queue.trigger();
    await queue.start(await queue.assignment(worker));
    await queue.pass(121);
    await queue.sync([{ id: worker, pod: { runId: run, attempt: 1 } }]);
    await queue.sweep();
    expect(await queue.state(run)).toBe('PLANNING');
  });

  test('a started run whose relay speaks is not lost on the controller’s word alone (invariant 2)', async () => {
    const { worker, run, assignment } = await queue.started();
    await queue.pass(100);
    await queue.heartbeat(assignment);
    await queue.pass(120);
    const lost = { kind: 'failed', reason: 'NodeLost', message: 'nothing was heard of node n1' } as const;
    expect(await queue.answer(worker, assignment, lost)).toEqual({ accepted: false, relayHeard: true });
    expect(await queue.state(run)).toBe('PLANNING');
    await queue.pass(1);
    expect(await queue.answer(worker, assignment, lost)).toEqual({ accepted: true, relayHeard: false });
    expect(await queue.state(run)).toBe('FAILED NodeLost');
  });

  test('any other word of the controller ends a run at once, whether or not its relay speaks', async () => {
    const { worker, run, assignment } = await queue.started();
    const evicted = { kind: 'failed', reason: 'Evicted', message: 'the node was low on memory' } as const;
    expect(await queue.report(worker, assignment, evicted)).toBe(true);
    expect(await queue.state(run)).toBe('FAILED Evicted');
  });

  test('after a restart of the control plane every lease starts anew', async () => {
    const worker = await queue.register();
    const [started, unstarted] = [await queue.trigger(), await queue.trigger('stack', 'PROPOSED')];
    await queue.start(await queue.assignment(worker));
    const other = await queue.register();
    const waiting = await queue.assignment(other);
    await queue.restart(() => queue.leap(3600));
    await queue.sweep();
    expect(await queue.states(started, unstarted)).toEqual(['PLANNING', 'PREPARING']);
    expect((await queue.start(waiting, 'pod-2')).runId).toBe(unstarted);
    await queue.pass(601);
    await queue.sweep();
    expect(await queue.state(started)).toBe('FAILED ControlPlaneLost');
  });

  test('sync releases a worker whose run is over and whose Pod is gone', async () => {
    const { worker, run, assignment } = await queue.started();
    await queue.end(assignment);
    await queue.sync([{ id: worker, pod: { runId: run, attempt: 1 } }]);
    expect((await queue.view(worker))?.assignment).not.toBeNull();
    const answer = await queue.sync([{ id: worker, pod: null }]);
    expect(answer.workers).toMatchObject([{ id: worker, assignment: null }]);
  });

  test('sync without a worker takes its unstarted run back, and leaves a started one alone', async () => {
    const [first, second] = [await queue.register(), await queue.register()];
    const [one, two] = [await queue.trigger(), await queue.trigger('stack', 'PROPOSED')];
    const holders = await Promise.all([first, second].map((id) => queue.assignment(id)));
    const startedBy = holders[0]!.runId === one ? first : second;
    await queue.start(holders.find((assignment) => assignment.runId === one)!);
    await queue.sync([]);
    expect(await queue.states(one, two)).toEqual(['PLANNING', 'QUEUED']);
    expect((await queue.admin.workers(queue.pool.id)).map((worker) => worker.id)).toEqual([startedBy]);
  });

  test('idle workers of a session that stays silent are forgotten, and unknown when it returns', async () => {
    const worker = await queue.register();
    await queue.pass(601);
    await queue.sweep();
    expect(await queue.admin.workers(queue.pool.id)).toEqual([]);
    expect((await queue.sync([{ id: worker, pod: null }])).unknown).toEqual([worker]);
  });

  test('a session that never returns leaves no busy worker, and its stack to those who know (invariants 5 and 9)', async () => {
    const { run } = await queue.started();
    const next = await queue.trigger();
    await queue.pass(601);
    await queue.sweep();
    expect(await queue.state(run)).toBe('FAILED ControlPlaneLost');
    await queue.sweep();
    expect(await queue.admin.workers(queue.pool.id)).toEqual([]);
    const worker = await queue.register('new', 'another session');
    expect(await queue.state(next)).toBe('QUEUED');
    expect(await queue.waits(next)).toBe(
      `the Pod of run ${run} of the same stack, which may still be at work: once you know that it is gone, stop that run`,
    );
    await queue.admin.stop(run);
    expect(await queue.assignment(worker, 'another session')).toMatchObject({ runId: next });
    expect(await queue.state(run)).toBe('FAILED ControlPlaneLost');
  });

  test('a lost run holds its stack until its Pod is known to be gone (invariant 9)', async () => {
    const { worker, run, assignment } = await queue.started();
    const next = await queue.trigger();
    const free = await queue.register();
    await queue.pass(121);
    await queue.sync([worker, free].map((id) => ({ id, pod: null })));
    await queue.sweep();
    expect(await queue.states(run, next)).toEqual(['FAILED NodeLost', 'QUEUED']);
    await queue.report(worker, assignment, { kind: 'released' });
    expect(await queue.states(run, next)).toEqual(['FAILED NodeLost', 'PREPARING']);
  });

  test('a drain outlasts ten minutes of silence', async () => {
    const worker = await queue.register();
    await queue.admin.setDrained(queue.pool.id, worker, true);
    await queue.pass(601);
    await queue.sweep();
    const { unknown } = await queue.sync([{ id: worker, pod: null }]);
    expect(unknown).toEqual([worker]);
    await queue.registerAgain(worker);
    expect(await queue.view(worker)).toMatchObject({ drained: true });
    expect(await queue.state(await queue.trigger())).toBe('QUEUED');
  });

  test('that a Pod was seen counts for five minutes, should its session sync no more though it watches', async () => {
    const { worker, run } = await queue.started();
    await queue.sync([{ id: worker, pod: { runId: run, attempt: 1 } }]);
    const watching = async (seconds: number) => {
      await queue.pass(seconds);
      await queue.beat();
      await queue.sweep();
    };
    await watching(300);
    expect(await queue.state(run)).toBe('PLANNING');
    await watching(1);
    expect(await queue.state(run)).toBe('FAILED NodeLost');
  });

  test('a heartbeat that waits keeps the lease of its word only, not of the wait', async () => {
    const { assignment, run } = await queue.started();
    const beat = queue.heartbeat(assignment, 0.2);
    await queue.pass(100);
    await beat;
    await queue.pass(21);
    await queue.sync([]);
    await queue.sweep();
    expect(await queue.state(run)).toBe('FAILED NodeLost');
  });

  test('one that cannot be settled keeps nobody else from being looked at', async () => {
    const stuck = await queue.assigned('stack', 'PROPOSED');
    const other = await queue.assigned('stack', 'PROPOSED');
    // Nothing in the protocol leads there; a fault or a migration might.
    await queue.sql(`UPDATE runs SET state = 'FINISHED' WHERE id = '${stuck.run}'`);
    await queue.pass(61);
    await queue.sweep();
    expect(await queue.state(other.run)).toBe('QUEUED');
  });
});

describe('of a control plane on files,', () => {
  test('a run under way whose start a restored backup does not know goes on, and starts nowhere else', async () => {
    const queue = await TestQueue.ready();
    const { run, assignment } = await queue.assigned();
    const backup = temporaryFolder();
    cpSync(queue.folder, backup, { recursive: true });
    await queue.start(assignment);
    await queue.restart(() => cpSync(backup, queue.folder, { recursive: true }));
    removeFolder(backup);
    expect(await queue.state(run)).toBe('PREPARING');
    expect(await queue.heartbeat(assignment)).toEqual({ stop: null });
    expect(await queue.state(run)).toBe('PLANNING');
    await expect(queue.start(assignment, 'another Pod')).rejects.toThrow('runs in another Pod already');
    await queue.pass(61);
    await queue.sweep();
    expect(await queue.state(run)).toBe('PLANNING');
    expect(await queue.end(assignment)).toBe('FINISHED');
    await queue.close();
  });
});
