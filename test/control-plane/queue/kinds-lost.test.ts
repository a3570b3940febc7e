import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { RunConfig, RunType } from '../../../src/control-plane/store/records';
import { queueRun } from '../../../src/control-plane/queue/person-operations';
import type { Assignment } from '../../../src/protocol/messages';
import { describeOnEachDatabase } from '../support/databases';
import { forSomebody, TestQueue } from '../support/queue';

interface Kind {
  readonly type: RunType;
  readonly config?: Partial<RunConfig>;
  readonly stage?: 'applying';
  /** While its Pod is there. */
  readonly state: string;
  /** Whether others that change something wait for the end of its Pod. */
  readonly holds: boolean;
}

/** What a run may be when its Pod falls silent. */
const KINDS: readonly [what: string, kind: Kind][] = [
  ['a plan of a tracked run', { type: 'TRACKED', state: 'PLANNING', holds: true }],
  ['a tracked run that applies', { type: 'TRACKED', stage: 'applying', state: 'APPLYING', holds: true }],
  ['a plan that is to destroy', { type: 'DESTROY', state: 'PLANNING', holds: true }],
  ['a run that destroys', { type: 'DESTROY', stage: 'applying', state: 'APPLYING', holds: true }],
  ['a task', { type: 'TASK', config: { command: 'true' }, state: 'PERFORMING', holds: true }],
  ['a proposed run', { type: 'PROPOSED', state: 'PLANNING', holds: false }],
  [
    'a run that looks for drift',
    { type: 'PROPOSED', config: { driftDetection: true }, state: 'PLANNING', holds: false },
  ],
];

describeOnEachDatabase('of each kind of run', (database) => {
  let queue: TestQueue;

  beforeEach(async () => {
    queue = await TestQueue.ready(undefined, await database());
  });

  afterEach(() => queue.close());

  const started = async ({ type, config, stage }: Kind) => {
    const worker = await queue.register();
    const stack = (await queue.admin.stack('stack'))!;
    const { id: run } = await queueRun(forSomebody(queue.context), { stack, type, config });
    let assignment = await queue.assignment(worker);
    await queue.start(assignment);
    if (stage === 'applying') {
      await queue.end(assignment, 'Succeeded', true);
      await queue.report(worker, assignment, { kind: 'released' });
      await queue.admin.confirm(run);
      assignment = await queue.assignment(worker);
      await queue.start(assignment);
    }
    return { worker, run, assignment };
  };

  /** Another worker takes what may go. */
  const another = async (): Promise<string> => queue.register('another');

  const passes = async (
    seconds: number,
    seen: { worker: string; assignment: Assignment },
    free: string,
    isSeen = true,
  ) => {
    for (let left = seconds; left > 0; left -= 60) {
      await queue.pass(Math.min(left, 60));
      const { runId, attempt } = seen.assignment;
      const pods = (await queue.view(free))?.assignment;
      await queue.sync([
        { id: seen.worker, pod: isSeen ? { runId, attempt } : null },
        { id: free, pod: pods ? { runId: pods.runId, attempt: pods.attempt } : null },
      ]);
      await queue.sweep();
    }
  };

  test.each(KINDS)(
    '%s that nobody hears is stopped by force, and what waits for its Pod goes after it',
    async (_, kind) => {
      const silent = await started(kind);
      const { worker, run, assignment } = silent;
      await queue.admin.stop(run, 'not wanted');
      const free = await another();
      await passes(600, silent, free);
      expect(await queue.state(run)).toBe(kind.state);
      await passes(60, silent, free);
      expect(await queue.state(run)).toBe('STOPPED Cancelled');
      const next = await queue.trigger();
      expect(await queue.state(next)).toBe(kind.holds ? 'QUEUED' : 'PREPARING');
      await queue.report(worker, assignment, { kind: 'released' });
      expect(await queue.state(next)).toBe('PREPARING');
      // It comes back too late.
      await expect(queue.end(assignment)).resolves.toBe('STOPPED');
      expect(await queue.state(run)).toBe('STOPPED Cancelled');
    },
  );

  test.each(KINDS)(
    '%s that is lost holds its stack as long as its Pod may be at work, until a person says that it is gone',
    async (_, kind) => {
      const lost = await started(kind);
      const free = await another();
      await passes(121, lost, free, false);
      expect(await queue.state(lost.run)).toBe('FAILED NodeLost');
      const next = await queue.trigger();
      expect(await queue.state(next)).toBe(kind.holds ? 'QUEUED' : 'PREPARING');
      if (!kind.holds) return;
      expect(await queue.waits(next)).toContain(`the Pod of run ${lost.run} `);
      await queue.admin.stop(lost.run);
      expect(await queue.state(next)).toBe('PREPARING');
    },
  );

  test('runs that were queued for dependents are canceled with the one that was stopped by force, and not before', async () => {
    await queue.addStack('downstream');
    await queue.admin.addStackDependency('downstream', 'stack');
    const silent = await started({ type: 'TRACKED', state: 'PLANNING', holds: true });
    const [dependent] = await queue.admin.runs({ stack: 'downstream' });
    await queue.admin.stop(silent.run);
    const free = await another();
    await passes(600, silent, free);
    expect(await queue.state(dependent!.id)).toBe('QUEUED');
    await passes(60, silent, free);
    expect(await queue.state(dependent!.id)).toBe('CANCELED Cancelled');
    expect(await queue.text(dependent!.id)).toContain(`run ${silent.run} of stack stack`);
  });
});
