import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Blobs } from '../../../src/control-plane/blobs';
import { WorkspaceUploads } from '../../../src/control-plane/http/workspace-uploads';
import type { QueueContext } from '../../../src/control-plane/queue/context';
import { monthOf } from '../../../src/control-plane/queue/month';
import { RESTORED_HOLD_MS } from '../../../src/control-plane/queue/lease-clock';
import type { Attempted } from '../../../src/control-plane/queue/pod-operations';
import { PodStates } from '../../../src/control-plane/state/pod-states';
import { backup } from '../../../src/control-plane/store/database/backup';
import { restore } from '../../../src/control-plane/store/database/restore';
import type { Assignment } from '../../../src/protocol/messages';
import { TestQueue } from '../support/queue';

const HOLD_SECONDS = RESTORED_HOLD_MS / 1000;

let queue: TestQueue;

beforeEach(async () => {
  queue = await TestQueue.ready();
});

afterEach(() => queue.close());

const database = () => ({ path: join(queue.folder, 'control-plane.db') });
const file = () => join(queue.folder, 'backup.db');

/** A control plane of a backup, after what happened since that was made. */
async function restoredAfter<T>(happen: () => Promise<T>): Promise<T> {
  await backup(database(), file());
  const known = await happen();
  await queue.restart(() => restore(file(), database()));
  return known;
}

const podOf = ({ runId, attempt, stage, fence }: Assignment) => ({ runId, attempt, stage, fence });

/** The worker's Pod is the one of the assignment, as its controller says when it is back. */
const seen = (worker: string, assignment: Assignment) => queue.sync([{ id: worker, pod: podOf(assignment) }]);

/** Gives the worker what waits, and lets its Pod start. */
const begin = async (worker: string) => {
  const assignment = await queue.assignment(worker);
  await queue.start(assignment);
  return assignment;
};

const planned = (assignment: Assignment) => queue.end(assignment, 'Succeeded', true);
const release = (worker: string, assignment: Assignment) => queue.report(worker, assignment, { kind: 'released' });

/** Everybody is back, and the time is over in which nothing is given out. */
const settled = async () => {
  await queue.pass(HOLD_SECONDS + 1);
  await queue.beat();
  await queue.sweep();
};

describe('a run that was given out after the backup that is restored (invariants 1 and 10)', () => {
  test('is taken up as its controller sees it, goes on, and its log says what is missing', async () => {
    const run = await queue.trigger();
    const [worker, assignment] = await restoredAfter(async () => {
      const id = await queue.register();
      return [id, await begin(id)] as const;
    });
    await expect(queue.heartbeat(assignment)).rejects.toMatchObject({ code: 'not-found' });
    // Its worker is newer than the backup, too.
    expect((await seen(worker, assignment)).unknown).toEqual([worker]);
    await queue.registerAgain(worker);
    expect(await queue.state(run)).toBe('QUEUED');
    await seen(worker, assignment);
    expect(await queue.state(run)).toBe('PREPARING');
    expect(await queue.assignment(worker)).toMatchObject(podOf(assignment));
    expect(await queue.heartbeat(assignment)).toEqual({ stop: null });
    expect(await queue.state(run)).toBe('PLANNING');
    expect(await queue.log(assignment, 1, 2)).toBe(2);
    expect(await queue.text(run)).toMatch(/was found in a Pod that goes on: what else was logged meanwhile is missing/);
    await settled();
    expect(await queue.state(run)).toBe('PLANNING');
    expect(await queue.end(assignment)).toBe('FINISHED');
  });

  test.each([
    [
      'that workspaces are taken of',
      (context: QueueContext, blobs: Blobs, who: Attempted, fence: number) =>
        new WorkspaceUploads(context, blobs).begin(who, { fence }),
    ],
    [
      'that asks for the state of its stack',
      (context: QueueContext, _blobs: Blobs, who: Attempted, fence: number) =>
        new PodStates(context, queue.keptStates).read(who, fence),
    ],
  ])('and %s first goes on: nothing is refused since its start is not known', async (_what, ask) => {
    const run = await queue.trigger();
    const [worker, assignment] = await restoredAfter(async () => {
      const registered = await queue.register();
      return [registered, await begin(registered)] as const;
    });
    await queue.registerAgain(worker);
    await seen(worker, assignment);
    expect(await queue.state(run)).toBe('PREPARING');
    const { runId, attempt, fence } = assignment;
    await ask(queue.context, queue.blobs, { poolId: queue.pool.id, runId, attempt }, fence);
    expect(await queue.state(run)).toBe('PLANNING');
  });

  test('and whose worker has ended meanwhile may tell its outcome at once', async () => {
    const worker = await queue.register();
    const first = await queue.trigger('stack', 'PROPOSED');
    const before = await begin(worker);
    const run = await queue.trigger('stack', 'PROPOSED');
    const assignment = await restoredAfter(async () => {
      await queue.end(before);
      await release(worker, before);
      return begin(worker);
    });
    await seen(worker, assignment);
    // What the worker had before is over, because it carries out another.
    expect(await queue.states(first, run)).toEqual(['FAILED NodeLost', 'PREPARING']);
    expect(await queue.end(assignment)).toBe('FINISHED');
  });

  test.each(['QUEUED', 'PREPARING', 'PLANNING', 'UNCONFIRMED', 'CONFIRMED', 'PREPARING_APPLY', 'APPLYING'])(
    'is taken up in the midst of its apply, though it is %s in the backup',
    async (state) => {
      const run = await queue.trigger();
      let [worker, plan, apply]: [string, Assignment?, Assignment?] = [''];
      const steps = [
        async () => (worker = await queue.register()),
        async () => (plan = await begin(worker)),
        () => planned(plan!),
        () => queue.admin.confirm(run),
        async () => release(worker, plan!),
        async () => (apply = await begin(worker)),
      ];
      while ((await queue.state(run)) !== state) await steps.shift()!();
      await restoredAfter(async () => {
        for (const step of steps) await step();
        apply ??= await queue.assignment(worker);
      });
      await queue.registerAgain(worker);
      await seen(worker, apply!);
      await settled();
      expect(await queue.heartbeat(apply!)).toEqual({ stop: null });
      expect(await queue.state(run)).toBe('APPLYING');
      expect(await queue.end(apply!)).toBe('FINISHED');
    },
  );

  test('ends the attempt before it that the backup knows, and what its worker has worked counts', async () => {
    const run = await queue.trigger();
    const worker = await queue.register();
    const plan = await begin(worker);
    await queue.pass(60);
    const apply = await restoredAfter(async () => {
      await planned(plan);
      await queue.admin.confirm(run);
      await release(worker, plan);
      return begin(worker);
    });
    await seen(worker, apply);
    expect(await queue.context.store.read.statistics.workedIn(monthOf(queue.now).name)).toBe(60_000);
  });

  test('is given to nobody else until its controller had the time to come back, and then as an attempt of its own', async () => {
    const run = await queue.trigger();
    const lost = await restoredAfter(async () => begin(await queue.register()));
    const other = await queue.register('other');
    expect(await queue.state(run)).toBe('QUEUED');
    expect(await queue.waits(run)).toMatch(/^120 seconds to pass since a backup was restored/);
    await queue.pass(HOLD_SECONDS - 1);
    await queue.beat();
    await queue.sweep();
    expect(await queue.state(run)).toBe('QUEUED');
    await queue.pass(1);
    await queue.sweep();
    const next = await queue.assignment(other);
    expect(next.runId).toBe(run);
    expect(next.fence).toBeGreaterThan(lost.fence + 1_000_000);
    expect(next.attempt).toBeGreaterThan(lost.attempt + 1);
  });

  test('is not taken up when it is over, of another pool or not known; the session goes on', async () => {
    const stopped = await queue.trigger();
    await queue.admin.stop(stopped);
    const worker = await queue.register();
    const assignment = await restoredAfter(async () => {
      await queue.trigger();
      return begin(worker);
    });
    const { workers } = await seen(worker, assignment);
    expect(workers).toMatchObject([{ id: worker, assignment: null }]);
    expect((await seen(worker, { ...assignment, runId: stopped })).workers).toMatchObject([{ assignment: null }]);
    await expect(queue.heartbeat(assignment)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('an attempt that the backup knows (invariant 1)', () => {
  const isFarFrom = (before: Assignment, now: Assignment) => {
    expect(now.runId).toBe(before.runId);
    expect(now.attempt).toBeGreaterThan(before.attempt + 1);
  };

  test('as given out and not begun does not begin again: another is given out when everybody had the time to come back', async () => {
    const { run, worker, assignment } = await queue.assigned();
    await restoredAfter(async () => {
      await queue.start(assignment);
      await queue.end(assignment);
      await release(worker, assignment);
    });
    // Whoever leads now has never seen the Pod, and makes it.
    await queue.sync([{ id: worker, pod: null }]);
    expect(await queue.assignment(worker)).toMatchObject(podOf(assignment));
    await expect(queue.start(assignment, 'another Pod')).rejects.toMatchObject({
      code: 'fenced',
      message: expect.stringContaining('was given out before a backup that was restored'),
    });
    expect(await queue.state(run)).toBe('QUEUED');
    expect(await queue.text(run)).toMatch(/taken back before it started.*a backup was restored that does not know/);
    await settled();
    const next = await queue.assignment(worker);
    isFarFrom(assignment, next);
    await queue.start(next);
    expect(await queue.end(next)).toBe('FINISHED');
  });

  test('as given out and not begun goes on where its Pod had begun, and tells so', async () => {
    const { run, assignment } = await queue.assigned();
    await restoredAfter(() => queue.start(assignment));
    expect(await queue.heartbeat(assignment)).toEqual({ stop: null });
    expect(await queue.state(run)).toBe('PLANNING');
    expect(await queue.end(assignment)).toBe('FINISHED');
  });

  test('as under way, and that tells its plan again, has its apply by an attempt of which there was none', async () => {
    const { run, worker, assignment: plan } = await queue.started();
    await restoredAfter(async () => {
      await planned(plan);
      await queue.admin.confirm(run);
      await release(worker, plan);
      const apply = await begin(worker);
      await queue.end(apply);
      await release(worker, apply);
    });
    await seen(worker, plan);
    await planned(plan);
    await queue.admin.confirm(run);
    await release(worker, plan);
    await settled();
    isFarFrom(plan, await queue.assignment(worker));
  });
});

describe('a control plane', () => {
  test('that was not restored believes no controller that tells of an attempt it never gave out', async () => {
    const worker = await queue.register();
    await queue.admin.setDrained(queue.pool.id, worker, true);
    const run = await queue.trigger();
    const pod = { runId: run, attempt: 1, stage: 'preparing' as const, fence: 77 };
    await queue.sync([{ id: worker, pod }]);
    expect(await queue.state(run)).toBe('QUEUED');
  });

  test('that was restored tells its sessions of every worker anew, however far they were', async () => {
    const worker = await queue.register();
    const after = await restoredAfter(async () => {
      for (let change = 0; change < 9; change++) await queue.admin.setDrained(queue.pool.id, worker, change % 2 === 0);
      return queue.context.store.read.pools.revision(queue.pool.id);
    });
    expect((await queue.watch(after, 0)).workers).toMatchObject([{ id: worker, drained: false }]);
  });

  test('that was restored says so in the logs of the runs that were under way', async () => {
    const { run, assignment } = await queue.started();
    await queue.log(assignment, 1);
    await restoredAfter(() => queue.log(assignment, 2, 3));
    // It wants the rest again.
    expect(await queue.log(assignment, 4)).toBe(1);
    expect(await queue.log(assignment, 2, 3, 4)).toBe(4);
    expect(await queue.text(run)).toMatch(/restored from a backup made up to here/);
  });
});
