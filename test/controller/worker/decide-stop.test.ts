import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../src/controller/worker/decide';
import { anAssignment, built, containers, NOW, observed, running } from '../run/fixtures';
import { inWords, snapshot, type Case } from './fixtures';
import { initialising, working } from './pods';

/** A started run that was stopped so long ago. */
const stoppedAgo = (seconds: number) =>
  anAssignment({ started: true, stop: { reason: 'by alice', at: NOW - seconds * 1_000 } });
const decided = (settings: Case) => decide(snapshot(settings));

describe('a stop that the relay does not carry out', () => {
  const patient = observed(containers({ relay: running, worker: running }), {
    of: built({ terminationGracePeriodSeconds: 600 }),
  });
  const told = { key: 'stop', sentence: 'told', detailed: true, at: NOW, since: NOW };

  test.each<[string, Case, string[]]>([
    ['has the Pod’s grace time and half a minute', { assignment: stoppedAgo(59), pods: [working] }, []],
    ['is told of then', { assignment: stoppedAgo(60), pods: [working] }, ['report waiting StopPending']],
    ['is told of once', { assignment: stoppedAgo(209), pods: [working], memory: { reportedProblem: told } }, []],
    [
      'ends the run three minutes after the grace time',
      { assignment: stoppedAgo(210), pods: [working], memory: { reportedProblem: told } },
      ['report failed Cancelled'],
    ],
    [
      'and then the Pod',
      { assignment: stoppedAgo(210), pods: [working], memory: { outcomeReported: true } },
      ['end the Pod'],
    ],
    ['counts from the grace time that the Pod has', { assignment: stoppedAgo(629), pods: [patient] }, []],
    [
      'ends a run that began and has no worker yet',
      { assignment: stoppedAgo(210), pods: [initialising] },
      ['report failed Cancelled'],
    ],
    [
      'and deletes its Pod',
      { assignment: stoppedAgo(210), pods: [initialising], memory: { outcomeReported: true } },
      ['delete the unstarted Pod'],
    ],
    [
      'leaves a Pod whose run ended otherwise to the fence, for as long',
      { assignment: stoppedAgo(209), pods: [working], memory: { outcomeReported: true } },
      [],
    ],
  ])('%s', (_what, settings, expected) => {
    expect(decided(settings).actions.map(inWords)).toEqual(expected);
  });

  test('says meanwhile on the Worker what is waited for, and when it ends', () => {
    const { status, requeueAfterMs } = decided({
      assignment: stoppedAgo(110),
      pods: [working],
      memory: { reportedProblem: told },
    });
    expect(status?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'Waiting',
        status: 'True',
        reason: 'StopPending',
        message:
          'The run was asked to stop (by alice), and goes on: launcher-grpc does not carry the stop out. Its Pod is ended at 2026-11-22T12:01:40Z.',
      }),
    );
    expect(requeueAfterMs).toBe(100_000);
  });

  test('is looked at again in time', () => {
    expect(decided({ assignment: stoppedAgo(10), pods: [working] }).requeueAfterMs).toBe(50_000);
    const over = { assignment: stoppedAgo(10), pods: [working], memory: { outcomeReported: true } };
    expect(decided(over).requeueAfterMs).toBe(200_000);
  });
});
