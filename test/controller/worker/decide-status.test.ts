import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../src/controller/worker/decide';
import { containers, NOW, observed, running, waitingFor } from '../run/fixtures';
import { snapshot, type Case } from './fixtures';
import { assigned, secondsAgo, started, told, working } from './pods';

describe('the status of a Worker', () => {
  test.each<[string, Case, object]>([
    ['is IDLE without a run', {}, { state: 'IDLE', registered: true }],
    ['is DRAINED when the control plane says so', { view: { drained: true } }, { state: 'DRAINED', registered: true }],
    ['is BUSY with a run', { assignment: started, pods: [working] }, { state: 'BUSY', currentRunID: started.runId }],
    [
      'is BUSY while a Pod still works for a run that was given up',
      { pods: [working] },
      { state: 'BUSY', currentRunID: started.runId },
    ],
  ])('%s', (_what, settings, expected) => {
    expect(decide(snapshot(settings)).status).toMatchObject(expected);
  });

  test('of one that is retired is not worth a write, for it is about to be deleted', () => {
    expect(decide(snapshot({ view: { removed: true }, retired: true })).status).toBeUndefined();
    expect(decide(snapshot({ view: { removed: true }, retired: true, pods: [working] })).status).toMatchObject({
      state: 'BUSY',
      registered: false,
    });
  });

  test.each<[string, Case, string, RegExp]>([
    [
      'its run, when it was deleted',
      { assignment: started, pods: [working], deleted: secondsAgo(1), view: { retiring: true } },
      'Deleting',
      /^The Worker was deleted\. It gets no further run, and goes when run 01HPS6XB76J1JB3EHSK4AWE5AB is over/,
    ],
    [
      'the control plane, when it was deleted and that cannot be asked',
      { deleted: secondsAgo(1), disconnectedSince: NOW - 60_000, session: 'none' },
      'ControlPlaneUnreachable',
      /It goes at 2026-11-22T12:01:00Z, by when no run can be given to it\.$/,
    ],
  ])('says what it waits for: %s', (_what, settings, reason, message) => {
    expect(decide(snapshot(settings)).status?.conditions).toContainEqual({
      type: 'Waiting',
      status: 'True',
      reason,
      message: expect.stringMatching(message),
      lastTransitionTime: '2026-11-22T12:00:00Z',
    });
  });

  test('names what the run’s Pod waits for, and keeps the fuller sentence', () => {
    const vague = observed(
      containers({ relay: running, worker: waitingFor('ImagePullBackOff') }, { phase: 'Pending' }),
    );
    const { status } = decide(snapshot({ assignment: assigned, pods: [vague], memory: { reportedProblem: told } }));
    expect(status?.conditions).toContainEqual({
      type: 'RunPodStarted',
      status: 'False',
      reason: 'ImagePull',
      message: 'told',
      lastTransitionTime: '2026-11-22T12:00:00Z',
    });
  });

  test('no longer names it when the Pod works', () => {
    const waiting = {
      type: 'RunPodStarted',
      status: 'False',
      reason: 'ImagePull',
      message: 'm',
      lastTransitionTime: '2026-11-22T11:00:00Z',
    } as const;
    const { status } = decide(snapshot({ assignment: started, pods: [working], status: { conditions: [waiting] } }));
    expect(status?.conditions?.map(({ type }) => type)).toEqual(['Registered']);
  });

  test('keeps still between the release and the next view, but not for long', () => {
    const settings = { assignment: started, memory: { releasedAt: NOW - 999 } };
    expect(decide(snapshot(settings))).toMatchObject({ status: undefined, requeueAfterMs: 1 });
    expect(decide(snapshot({ ...settings, memory: { releasedAt: NOW - 1_000 } })).status).toMatchObject({
      state: 'IDLE',
    });
  });

  test('is left alone before the control plane was heard', () => {
    expect(decide(snapshot({ view: 'unknown' })).status).toBeUndefined();
    expect(decide(snapshot({ session: 'none' })).status).toBeUndefined();
  });

  test('of one that was never registered says why', () => {
    const session = { state: 'failed', cause: 'unreachable', message: 'The control plane does not answer.' } as const;
    const { status } = decide(snapshot({ view: 'unknown', session }));
    expect(status).toMatchObject({
      registered: false,
      conditions: [
        { type: 'Registered', status: 'False', reason: 'ControlPlaneUnreachable', message: session.message },
      ],
    });
    expect(decide(snapshot({ view: 'unknown', session, status: { registered: true } })).status).toBeUndefined();
  });
});
