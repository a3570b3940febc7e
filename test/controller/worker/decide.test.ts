import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../src/controller/worker/decide';
import { containers, exited, NOW, observed, waitingFor, type State } from '../run/fixtures';
import { inWords, snapshot, type Case } from './fixtures';
import {
  assigned,
  started,
  pending,
  initialising,
  working,
  succeeded,
  failedPod,
  killed,
  unpullable,
  withSidecar,
  secondsAgo,
} from './pods';

const OVER = { ...withSidecar(1).spec, activeDeadlineSeconds: 1 };
/** The built-in containers failed; the kubelet has not yet said that the Pod is over. */
const endedBeside = (extra: Record<string, State>) =>
  observed(containers({ relay: exited(0), worker: exited(1), extra }));
const endedForItsSidecar = (code: number) => ({
  ...observed(
    containers(
      { relay: exited(0), worker: exited(code), extra: { dind: exited(137) } },
      { phase: 'Failed', reason: 'DeadlineExceeded' },
    ),
  ),
  spec: OVER,
});

describe('without an assignment', () => {
  test.each<[string, Case, string[]]>([
    ['a Pod that never began goes', { pods: [pending] }, ['delete the unstarted Pod']],
    ['a Pod whose init works goes, for its start is refused', { pods: [initialising] }, ['delete the unstarted Pod']],
    ['a Pod that works is left to its relay', { pods: [working] }, []],
    [
      'a Pod that is going already is left to go',
      { pods: [observed({ phase: 'Pending' }, { deleted: secondsAgo(1) })] },
      [],
    ],
    ['a Pod that succeeded goes', { pods: [succeeded] }, ['delete the ended Pod']],
    ['a Pod that failed stays for people to look at', { pods: [failedPod] }, []],
    [
      'a Pod that succeeded stays where the pool keeps it',
      { pods: [succeeded], spec: { successfulPodsHistoryLimit: 1 } },
      [],
    ],
    ['a Pod whose sidecar still runs goes', { pods: [withSidecar(0)] }, ['delete the ended Pod']],
    ['a kept Pod whose sidecar still runs is ended', { pods: [withSidecar(1)] }, ['end the Pod']],
    [
      'a kept Pod whose sidecar cannot even be pulled is ended',
      { pods: [endedBeside({ dind: waitingFor('ImagePullBackOff') })] },
      ['end the Pod'],
    ],
    ['a kept Pod without sidecars ends by itself', { pods: [endedBeside({})] }, []],
    ['a kept Pod whose sidecar has ended too ends by itself', { pods: [endedBeside({ dind: exited(0) })] }, []],
    ['a Pod that was told to end is told once', { pods: [{ ...withSidecar(1), spec: OVER }] }, []],
    [
      'a Pod ended for its sidecar counts by its run: kept as a successful one',
      { pods: [endedForItsSidecar(0)], spec: { successfulPodsHistoryLimit: 1, failedPodsHistoryLimit: 0 } },
      [],
    ],
    [
      'a Pod ended for its sidecar counts by its run: removed as a successful one',
      { pods: [endedForItsSidecar(0)], spec: { successfulPodsHistoryLimit: 0, failedPodsHistoryLimit: 5 } },
      ['delete the ended Pod'],
    ],
    [
      'a Pod ended for its sidecar counts by its run: removed as a failed one',
      { pods: [endedForItsSidecar(1)], spec: { successfulPodsHistoryLimit: 5, failedPodsHistoryLimit: 0 } },
      ['delete the ended Pod'],
    ],
    ['nothing is done before the control plane was heard', { pods: [pending, succeeded], view: 'unknown' }, []],
  ])('%s', (_what, settings, expected) => {
    expect(decide(snapshot(settings)).actions.map(inWords)).toEqual(expected);
  });

  test('the Pod of a released run goes although the view still shows the run', () => {
    const memory = { releasedAt: NOW - 10 };
    const decision = decide(snapshot({ assignment: started, pods: [succeeded], memory }));
    expect(decision.actions.map(inWords)).toEqual(['delete the ended Pod']);
  });

  test('the Pod of a run that is not released stays', () => {
    const decision = decide(snapshot({ assignment: started, pods: [succeeded] }));
    expect(decision.actions.map(inWords)).not.toContain('delete the ended Pod');
  });
});

describe('a deleted Worker', () => {
  const unreachable = { state: 'failed', cause: 'unreachable', message: 'no route' } as const;
  test.each<[string, Case, string[]]>([
    ['that is not retired asks to be', { deleted: secondsAgo(1) }, ['retire']],
    [
      'with a run asks at once, for the next would come as this one ends',
      { deleted: secondsAgo(1), assignment: started, pods: [working] },
      ['retire'],
    ],
    [
      'with a run is not asked about again once that is agreed',
      { deleted: secondsAgo(9_000), assignment: started, pods: [working], view: { retiring: true } },
      [],
    ],
    ['that has asked a moment ago waits', { deleted: secondsAgo(9), memory: { retireAskedAt: NOW - 4_000 } }, []],
    ['asks again after a while', { deleted: secondsAgo(9), memory: { retireAskedAt: NOW - 5_000 } }, ['retire']],
    ['that is retired goes', { deleted: secondsAgo(1), retired: true }, ['remove the finalizer']],
    ['with a Pod at work stays, retired or not', { deleted: secondsAgo(9_000), retired: true, pods: [working] }, []],
    [
      'asks before it releases its run',
      { deleted: secondsAgo(1), assignment: started, pods: [succeeded] },
      ['retire', 'report released'],
    ],
    [
      'of a pool without credentials has patience',
      { deleted: secondsAgo(9_000), disconnectedSince: NOW - 119_999, session: 'none' },
      [],
    ],
    [
      'of a pool without credentials goes in the end',
      { deleted: secondsAgo(1), disconnectedSince: NOW - 120_000, session: 'none' },
      ['remove the finalizer'],
    ],
    [
      'without a control plane has patience',
      { deleted: secondsAgo(9_000), disconnectedSince: NOW - 119_999, session: unreachable },
      [],
    ],
    [
      'without a control plane goes in the end',
      { deleted: secondsAgo(1), disconnectedSince: NOW - 120_000, session: unreachable },
      ['remove the finalizer'],
    ],
    [
      'without a control plane stays while a Pod works',
      { deleted: secondsAgo(9_000), disconnectedSince: NOW - 9_000_000, session: unreachable, pods: [working] },
      [],
    ],
    [
      'stays, before the control plane was heard, with a Pod that tells how its run ended',
      {
        deleted: secondsAgo(9_000),
        disconnectedSince: NOW - 719_999,
        view: 'unknown',
        pods: [killed],
        status: { state: 'BUSY', currentRunID: started.runId },
      },
      [],
    ],
    [
      'goes in the end, for by then the control plane has given up that run',
      {
        deleted: secondsAgo(9_000),
        disconnectedSince: NOW - 720_000,
        view: 'unknown',
        pods: [killed],
        status: { state: 'BUSY', currentRunID: started.runId },
      },
      ['remove the finalizer'],
    ],
    [
      'does not wait for a Pod that is kept for people to look at',
      {
        deleted: secondsAgo(9_000),
        disconnectedSince: NOW - 120_000,
        view: 'unknown',
        pods: [killed],
        status: { state: 'IDLE' },
      },
      ['remove the finalizer'],
    ],
    [
      'whose started run has no Pod any more waits for the control plane as long',
      { deleted: secondsAgo(9_000), disconnectedSince: NOW - 120_000, session: unreachable, assignment: started },
      ['look whether the Pod is gone'],
    ],
    [
      'goes in its time although nothing can be reported',
      {
        deleted: secondsAgo(9_000),
        disconnectedSince: NOW - 720_000,
        session: unreachable,
        assignment: started,
        pods: [killed],
      },
      ['remove the finalizer'],
    ],
  ])('%s', (_what, settings, expected) => {
    expect(decide(snapshot(settings)).actions.map(inWords)).toEqual(expected);
  });

  test('with no finalizer of ours is nobody’s concern', () => {
    const mine = snapshot({ deleted: secondsAgo(1) });
    const worker = { ...mine.worker, metadata: { ...mine.worker.metadata, finalizers: [] } };
    expect(decide({ ...mine, worker }).actions).toEqual([]);
  });
});

describe('decide', () => {
  test('gives the same answer to the same snapshot, and changes nothing in it', () => {
    const given = snapshot({ assignment: assigned, pods: [unpullable] });
    const before = structuredClone(given);
    expect(decide(given)).toEqual(decide(given));
    expect(given).toEqual(before);
  });

  test('looks at a Pod again at its start deadline', () => {
    expect(decide(snapshot({ assignment: assigned, pods: [pending] })).requeueAfterMs).toBe(900_000);
  });
});
