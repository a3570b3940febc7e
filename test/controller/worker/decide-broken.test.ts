import { describe, expect, test } from '@jest/globals';
import { WORKER_BEGAN } from '../../../src/protocol/exit-codes';
import type { RunPod } from '../../../src/controller/run';
import { decide } from '../../../src/controller/worker/decide';
import { containers, exited, observed, running, waitingFor } from '../run/fixtures';
import { inWords, snapshot, type Case } from './fixtures';
import { assigned, secondsAgo, started, working } from './pods';

const endedAgo = (seconds: number, exitCode: number, reason = 'Error', message = WORKER_BEGAN) => ({
  terminated: { exitCode, reason, message, finishedAt: secondsAgo(seconds) },
});
/** The worker ended before it could tell the relay, which waits for it. */
const diedAgo = (seconds: number, exitCode: number, reason?: string) =>
  observed(containers({ relay: running, worker: endedAgo(seconds, exitCode, reason, '') }));
const shellLess = observed(
  containers({ relay: running, worker: exited(128, 'StartError', 'exec: "/bin/sh": no such file or directory') }),
);
const initGaveUp = observed(
  containers({ init: exited(69, 'Error', 'The run could not be started in time.') }, { phase: 'Pending' }),
);
const toldToEnd = (pod: RunPod): RunPod => ({ ...pod, spec: { ...pod.spec, activeDeadlineSeconds: 1 } });

describe('a run that lost one of its containers', () => {
  test.each<[string, Case, string[]]>([
    [
      'init that gave up is told at once, before the Pod counts as failed, in its own words',
      { assignment: assigned, pods: [initGaveUp] },
      ['report failed StartTimeout'],
    ],
    [
      'init that somebody ended with its Pod is not what the run ended of',
      {
        assignment: assigned,
        pods: [{ ...initGaveUp, metadata: { ...initGaveUp.metadata, deletionTimestamp: secondsAgo(1) } }],
      },
      [],
    ],
    [
      'a relay that died under a working run is told at once',
      { assignment: started, pods: [observed(containers({ relay: exited(137, 'OOMKilled'), worker: running }))] },
      ['report failed OutOfMemory'],
    ],
    [
      'what nobody relays any more is then ended, in its own way',
      {
        assignment: started,
        pods: [observed(containers({ relay: exited(137, 'OOMKilled'), worker: running }))],
        memory: { outcomeReported: true },
      },
      ['end the Pod'],
    ],
    [
      'it is told to end once',
      {
        assignment: started,
        pods: [toldToEnd(observed(containers({ relay: exited(137, 'OOMKilled'), worker: running })))],
        memory: { outcomeReported: true },
      },
      [],
    ],
    [
      'a worker that its relay still hears is left to the fence',
      { assignment: started, pods: [working], memory: { outcomeReported: true } },
      [],
    ],
    [
      'a relay that saw the worker end is believed to be ahead of the kubelet',
      { assignment: started, pods: [observed(containers({ relay: endedAgo(29, 80), worker: running }))] },
      [],
    ],
    [
      'a relay that is ahead for too long has left a worker alone',
      { assignment: started, pods: [observed(containers({ relay: endedAgo(30, 80), worker: running }))] },
      ['report failed ControlPlaneLost'],
    ],
    [
      'a worker that outlives a told outcome is ended',
      { assignment: started, pods: [observed(containers({ relay: endedAgo(30, 0), worker: running }))] },
      ['end the Pod'],
    ],
    [
      'a relay that failed itself is told at once, and never taken for one that has told an outcome',
      { assignment: started, pods: [observed(containers({ relay: endedAgo(0, 75), worker: running }))] },
      ['report failed ControlPlaneLost'],
    ],
    [
      'a runner image without a shell ends the run at once',
      { assignment: started, pods: [shellLess] },
      ['report failed ConfigError'],
    ],
    [
      'a Pod without a shell goes',
      { assignment: started, pods: [shellLess], memory: { outcomeReported: true } },
      ['delete the unstarted Pod'],
    ],
    [
      'a runner image without a shell on a node with another runtime ends the run at once',
      {
        assignment: started,
        pods: [
          observed(
            containers(
              { relay: running, worker: waitingFor('CreateContainerError', 'executable file `/bin/sh` not found') },
              { phase: 'Pending' },
            ),
          ),
        ],
      },
      ['report failed ConfigError'],
    ],
    [
      'a runner image that lacks what the shim needs ends the run at once',
      {
        assignment: started,
        pods: [observed(containers({ relay: running, worker: exited(64, 'Error', "The runner image has no 'mv'.") }))],
      },
      ['report failed ConfigError'],
    ],
    [
      'a step that fails as the shim does when it refuses is its relay’s to tell',
      { assignment: started, pods: [observed(containers({ relay: running, worker: endedAgo(9_000, 64) }))] },
      [],
    ],
    [
      'a worker that died before its first word may be its relay’s to tell for a moment',
      { assignment: started, pods: [diedAgo(29, 1)] },
      [],
    ],
    [
      'a worker that died before its first word is told then',
      { assignment: started, pods: [diedAgo(30, 1)] },
      ['report failed ConfigError'],
    ],
    [
      'a worker that the kernel killed before its first word is told then',
      { assignment: started, pods: [diedAgo(30, 137, 'OOMKilled')] },
      ['report failed OutOfMemory'],
    ],
    [
      'init that failed ends the run',
      {
        assignment: assigned,
        pods: [observed(containers({ init: exited(65), relay: waitingFor('PodInitializing') }, { phase: 'Failed' }))],
      },
      ['report failed ConfigError'],
    ],
    [
      'a worker that the kernel killed is its relay’s to tell',
      {
        assignment: started,
        pods: [observed(containers({ relay: running, worker: endedAgo(119, 137, 'OOMKilled') }))],
      },
      [],
    ],
    [
      'a worker that the kernel killed before its relay knew of it is told in the end',
      {
        assignment: started,
        pods: [observed(containers({ relay: running, worker: endedAgo(120, 137, 'OOMKilled') }))],
      },
      ['report failed OutOfMemory'],
    ],
    [
      'a worker that ended is its relay’s to tell, however long the run state takes',
      { assignment: started, pods: [observed(containers({ relay: running, worker: endedAgo(9_000, 0) }))] },
      [],
    ],
    [
      'a relay that was stopped before the worker began takes the Pod with it',
      {
        assignment: started,
        pods: [
          observed(containers({ relay: exited(0), worker: waitingFor('ImagePullBackOff') }, { phase: 'Pending' })),
        ],
      },
      ['delete the unstarted Pod'],
    ],
  ])('%s', (_what, settings, expected) => {
    expect(decide(snapshot(settings)).actions.map(inWords)).toEqual(expected);
  });

  test('is looked at again when the kubelet must have told of the other', () => {
    const pod = observed(containers({ relay: endedAgo(10, 80), worker: running }));
    expect(decide(snapshot({ assignment: started, pods: [pod] })).requeueAfterMs).toBe(20_000);
  });
});
