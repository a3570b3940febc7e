import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { outcome } from '../../../src/control-plane/queue/pod-operations';
import { describeOnEachDatabase } from '../support/databases';
import { TestQueue } from '../support/queue';

describeOnEachDatabase('the queue', (database) => {
  let queue: TestQueue;

  beforeEach(async () => {
    queue = await TestQueue.ready(undefined, await database());
  });

  afterEach(() => queue.close());

  describe('the life of a run', () => {
    test('planned, confirmed, applied: two attempts, two fences, one run', async () => {
      const { worker, run, assignment: planning } = await queue.assigned();
      expect(await queue.state(run)).toBe('PREPARING');
      const spec = await queue.start(planning);
      expect(spec.steps.map((step) => step.name)).toEqual(['init', 'plan']);
      expect(await queue.state(run)).toBe('PLANNING');
      expect(await queue.end(planning, 'Succeeded', true)).toBe('UNCONFIRMED');
      await queue.report(worker, planning, { kind: 'released' });
      expect((await queue.view(worker))?.assignment).toBeNull();

      await queue.admin.confirm(run);
      const applying = await queue.assignment(worker);
      expect(applying).toMatchObject({ runId: run, stage: 'applying', attempt: 2 });
      expect(applying.fence).toBeGreaterThan(planning.fence);
      expect((await queue.start(applying)).steps.map((step) => step.name)).toEqual(['init', 'apply']);
      expect(await queue.state(run)).toBe('APPLYING');
      expect(await queue.end(applying)).toBe('FINISHED');
      expect(await queue.state(run)).toBe('FINISHED Succeeded');
    });

    test('a stack that applies by itself does not wait for a person', async () => {
      await queue.admin.updateStack('stack', { autoDeploy: true });
      const { worker, run, assignment: planning } = await queue.started();
      expect(await queue.end(planning, 'Succeeded', true)).toBe('CONFIRMED');
      await queue.report(worker, planning, { kind: 'released' });
      expect(await queue.state(run)).toBe('PREPARING_APPLY');
    });

    test.each([
      { type: 'TRACKED', hasChanges: false, state: 'FINISHED' },
      { type: 'PROPOSED', hasChanges: false, state: 'FINISHED' },
      { type: 'PROPOSED', hasChanges: true, state: 'FINISHED' },
    ] as const)('a $type run with changes=$hasChanges ends after its plan', async ({ type, hasChanges, state }) => {
      const { assignment: planning } = await queue.started('stack', type);
      expect(await queue.end(planning, 'Succeeded', hasChanges)).toBe(state);
    });

    test('a plan with changes and no workspace is refused, because nothing could be applied', async () => {
      const { assignment: planning } = await queue.started();
      const { runId, attempt, fence } = planning;
      const who = { poolId: queue.pool.id, runId, attempt };
      const request = { fence, reason: 'Succeeded', message: '', exitCode: 0, hasChanges: true } as const;
      await expect(outcome(queue.context, who, request)).rejects.toThrow(
        'workspace is to be uploaded before the outcome',
      );
    });

    test('the first outcome counts, and a repeated one is answered the same', async () => {
      const { worker, run, assignment: planning } = await queue.started();
      expect(await queue.end(planning, 'UserFailed')).toBe('FAILED');
      expect(await queue.end(planning, 'Succeeded')).toBe('FAILED');
      expect(await queue.report(worker, planning, { kind: 'failed', reason: 'NodeLost', message: 'late' })).toBe(true);
      expect(await queue.state(run)).toBe('FAILED UserFailed');
    });

    test('what the controller sees comes into the log, once', async () => {
      const { worker, run, assignment } = await queue.assigned();
      const waiting = { kind: 'waiting', reason: 'ImagePull', message: 'no such image example/x' } as const;
      await queue.report(worker, assignment, waiting);
      await queue.report(worker, assignment, waiting);
      expect((await queue.text(run)).match(/no such image example\/x/g)).toHaveLength(1);
      await queue.report(worker, assignment, {
        kind: 'failed',
        reason: 'ImagePull',
        message: 'no such image example/x',
      });
      expect(await queue.state(run)).toBe('FAILED ImagePull');
    });

    test('a Pod that went before it started gives its run back to the queue', async () => {
      const { worker, run, assignment: first } = await queue.assigned();
      await queue.report(worker, first, { kind: 'released' });
      const second = await queue.assignment(worker);
      expect(second).toMatchObject({ runId: run, attempt: 2 });
      await expect(queue.start(first)).rejects.toThrow('was given up');
    });

    test('a started Pod that went without a word fails its run, and nothing runs twice', async () => {
      const { worker, run, assignment } = await queue.started();
      await queue.report(worker, assignment, { kind: 'released' });
      expect(await queue.state(run)).toBe('FAILED NodeLost');
      expect((await queue.view(worker))?.assignment).toBeNull();
    });
  });

  describe('stopping a run', () => {
    test('queued: canceled at once', async () => {
      const run = await queue.trigger();
      await queue.admin.stop(run);
      expect(await queue.state(run)).toBe('CANCELED Cancelled');
    });

    test('assigned but not started: canceled at once, and its Pod may not start any more', async () => {
      const { worker, run, assignment } = await queue.assigned();
      await queue.admin.stop(run, 'not wanted');
      expect(await queue.state(run)).toBe('CANCELED Cancelled');
      await expect(queue.start(assignment)).rejects.toThrow('is over (CANCELED)');
      expect((await queue.assignment(worker)).stop).toEqual({ reason: 'not wanted', at: queue.now });
      await queue.report(worker, assignment, { kind: 'released' });
      expect((await queue.view(worker))?.assignment).toBeNull();
    });

    test('started: the relay is told, and its outcome ends the run', async () => {
      const { run, assignment } = await queue.started();
      expect(await queue.heartbeat(assignment)).toEqual({ stop: null });
      await queue.admin.stop(run, 'not wanted');
      expect(await queue.state(run)).toBe('PLANNING');
      expect(await queue.heartbeat(assignment)).toEqual({ stop: { reason: 'not wanted' } });
      expect(await queue.end(assignment, 'Cancelled')).toBe('STOPPED');
    });

    test('a started run says in its view since when it is to stop, also after a restart of the control plane', async () => {
      const worker = await queue.register();
      const run = await queue.trigger();
      await queue.start(await queue.assignment(worker));
      const askedAt = queue.now;
      await queue.admin.stop(run, 'not wanted');
      await queue.pass(30);
      await queue.restart();
      expect((await queue.assignment(worker)).stop).toEqual({ reason: 'not wanted', at: askedAt });
    });

    test.each([['Evicted'], ['ConfigError']] as const)(
      'an attempt that the controller ended (%s) is to stop from then on',
      async (reason) => {
        const { worker, assignment } = await queue.started();
        await queue.pass(10);
        await queue.report(worker, assignment, { kind: 'failed', reason, message: 'it is over' });
        expect((await queue.assignment(worker)).stop).toEqual({ reason: 'it is over', at: queue.now });
      },
    );

    test('a plan that ends well after the stop is not applied', async () => {
      const { run, assignment } = await queue.started();
      await queue.admin.stop(run);
      expect(await queue.end(assignment, 'Succeeded', true)).toBe('STOPPED');
    });

    test('waiting for confirmation: discarded', async () => {
      const { run, assignment } = await queue.started();
      await queue.end(assignment, 'Succeeded', true);
      await queue.admin.discard(run);
      expect(await queue.state(run)).toBe('DISCARDED');
      await expect(queue.admin.confirm(run)).rejects.toThrow('is DISCARDED: it cannot confirm now');
    });
  });

  describe('giving out runs', () => {
    test('first in, first out, and the newest worker first', async () => {
      await queue.addStack('other');
      const first = await queue.trigger();
      const second = await queue.trigger('other');
      const old = await queue.register('old');
      expect((await queue.assignment(old)).runId).toBe(first);
      await queue.admin.stop(second);
      await queue.pass(1);
      const idle = await queue.register('idle');
      await queue.pass(1);
      const newest = await queue.register('newest');
      const third = await queue.trigger('other');
      expect((await queue.assignment(newest)).runId).toBe(third);
      expect((await queue.view(idle))?.assignment).toBeNull();
    });

    test('tracked runs of one stack follow each other, proposed ones do not wait', async () => {
      const [one, two, three] = [await queue.register(), await queue.register(), await queue.register()];
      const runs = [await queue.trigger(), await queue.trigger(), await queue.trigger('stack', 'PROPOSED')];
      expect(await queue.states(...runs)).toEqual(['PREPARING', 'QUEUED', 'PREPARING']);
      const views = await Promise.all([one, two, three].map((id) => queue.view(id)));
      const holder = views.find((view) => view?.assignment?.runId === runs[0])!;
      await queue.start(holder.assignment!);
      await queue.end(holder.assignment!, 'UserFailed');
      expect(await queue.states(...runs)).toEqual(['FAILED UserFailed', 'PREPARING', 'PREPARING']);
    });

    test('confirmed runs go before new ones', async () => {
      const worker = await queue.register();
      const confirmed = await queue.trigger();
      const planning = await queue.assignment(worker);
      await queue.start(planning);
      await queue.end(planning, 'Succeeded', true);
      await queue.addStack('other');
      const waiting = await queue.trigger('other');
      await queue.admin.confirm(confirmed);
      await queue.report(worker, planning, { kind: 'released' });
      expect(await queue.states(confirmed, waiting)).toEqual(['PREPARING_APPLY', 'QUEUED']);
    });

    test('a drained worker gets nothing until it is undrained', async () => {
      const worker = await queue.register();
      await queue.admin.setDrained(queue.pool.id, worker, true);
      const run = await queue.trigger();
      expect(await queue.state(run)).toBe('QUEUED');
      await queue.admin.setDrained(queue.pool.id, worker, false);
      expect(await queue.state(run)).toBe('PREPARING');
    });

    test('a busy worker that is retired finishes its run, then goes', async () => {
      const { worker, run, assignment } = await queue.assigned();
      expect(await queue.retire(worker)).toBe(false);
      await queue.start(assignment);
      expect(await queue.end(assignment)).toBe('FINISHED');
      await queue.report(worker, assignment, { kind: 'released' });
      expect(await queue.view(worker)).toMatchObject({ removed: true, assignment: null });
      expect(await queue.retire(worker)).toBe(true);
      expect(await queue.state(run)).toBe('FINISHED Succeeded');
    });

    test('an old fence is refused everywhere', async () => {
      const { worker, assignment: old } = await queue.assigned();
      await queue.report(worker, old, { kind: 'released' });
      const current = await queue.assignment(worker);
      await expect(queue.start(old)).rejects.toThrow('was given up');
      await expect(queue.log(old, 1)).rejects.toThrow('was given up');
      await expect(queue.heartbeat(old)).rejects.toThrow('was given up');
      expect(await queue.report(worker, old, { kind: 'released' })).toBe(false);
      expect((await queue.start(current)).runId).toBe(current.runId);
    });

    test('one Pod of an attempt may start, and the same one again (invariant 1)', async () => {
      const { assignment } = await queue.assigned();
      await queue.start(assignment, 'pod-1');
      expect((await queue.start(assignment, 'pod-1')).runId).toBe(assignment.runId);
      await expect(queue.start(assignment, 'pod-2')).rejects.toThrow('runs in another Pod already');
    });
  });

  test.each([
    { sent: [1, 2, 3], then: [], acknowledged: 3, lines: 3 },
    { sent: [1, 2], then: [2, 3], acknowledged: 3, lines: 3 },
    { sent: [1, 3], then: [], acknowledged: 1, lines: 1 },
    { sent: [2, 3], then: [], acknowledged: 0, lines: 0 },
    { sent: [3, 1, 2], then: [4], acknowledged: 4, lines: 4 },
  ])('of log entries $sent then $then, $acknowledged are acknowledged', async ({ sent, then, acknowledged, lines }) => {
    const { run, assignment } = await queue.assigned();
    let answer = await queue.log(assignment, ...sent);
    if (then.length > 0) answer = await queue.log(assignment, ...then);
    expect(answer).toBe(acknowledged);
    expect((await queue.admin.readLog(run, 0)).filter((record) => record.writer === 'relay')).toHaveLength(lines);
  });
});
