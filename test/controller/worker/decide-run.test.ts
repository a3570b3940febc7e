import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../src/controller/worker/decide';
import { anAssignment, NOW, observed } from '../run/fixtures';
import { inWords, snapshot, type Case } from './fixtures';
import {
  assigned,
  started,
  stopped,
  LATE,
  pending,
  initialising,
  working,
  succeeded,
  failedPod,
  killed,
  unpullable,
  neverPulled,
  withSidecar,
  earlier,
  earlierUnstarted,
  earlierWorking,
  refusal,
  told,
  toldRefusal,
  unschedulable,
  toldUnschedulable,
  gated,
  initAtWorkFor,
  setupAtWorkFor,
  secondsAgo,
} from './pods';

describe('what is done for an assignment', () => {
  test.each<[string, Case, string[]]>([
    ['it gets its Pod', { assignment: assigned }, ['create 01hps6xb76j1jb3ehsk4awe5ab-preparing-2']],
    [
      'a Pod that we made is reported',
      { assignment: assigned, pods: [pending], memory: { created: true } },
      ['report created'],
    ],
    ['a Pod that somebody before us made is taken over', { assignment: assigned, pods: [pending] }, []],
    ['a Pod that works is left alone', { assignment: started, pods: [working] }, []],
    ['a Pod that works is left alone past the start deadline', { assignment: started, pods: [working], now: LATE }, []],
    [
      'a Pod that works is left alone when the run is stopped',
      { assignment: { ...started, stop: { reason: '' } }, pods: [working] },
      [],
    ],
    ['a problem is told', { assignment: assigned, pods: [unpullable] }, ['report waiting ImagePull']],
    ['a problem is told once', { assignment: assigned, pods: [unpullable], memory: { reportedProblem: told } }, []],
    [
      'a problem is told again when more is known',
      { assignment: assigned, pods: [unpullable], memory: { reportedProblem: { ...told, detailed: false } } },
      ['report waiting ImagePull'],
    ],
    [
      'a hopeless problem ends the run at once',
      { assignment: assigned, pods: [neverPulled] },
      ['report failed ImagePull'],
    ],
    [
      'a Pod that does not start in time ends the run',
      { assignment: assigned, pods: [pending], now: LATE },
      ['report failed StartTimeout'],
    ],
    [
      'a Pod that cannot start in time ends the run with the cause',
      { assignment: assigned, pods: [unpullable], memory: { reportedProblem: told }, now: LATE },
      ['report failed ImagePull'],
    ],
    [
      'a started run whose runner image cannot be pulled ends at the deadline',
      { assignment: started, pods: [unpullable], memory: { reportedProblem: told }, now: LATE },
      ['report failed ImagePull'],
    ],
    [
      'a started run past its deadline whose image can for once not be pulled is told of',
      { assignment: started, pods: [unpullable], now: LATE },
      ['report waiting ImagePull'],
    ],
    [
      'a started run gets ten minutes from when its image could first not be pulled',
      {
        assignment: started,
        pods: [unpullable],
        memory: { reportedProblem: { ...told, since: LATE - 599_999 } },
        now: LATE,
      },
      [],
    ],
    [
      'a started run whose image could not be pulled for ten minutes ends',
      {
        assignment: started,
        pods: [unpullable],
        memory: { reportedProblem: { ...told, since: LATE - 600_000 } },
        now: LATE,
      },
      ['report failed ImagePull'],
    ],
    [
      'a Pod that no node takes is told of',
      { assignment: assigned, pods: [unschedulable] },
      ['report waiting Unschedulable'],
    ],
    [
      'other words of the scheduler are not told within a minute',
      { assignment: assigned, pods: [unschedulable], memory: { reportedProblem: toldUnschedulable(59) } },
      [],
    ],
    [
      'other words of the scheduler are told after a minute',
      { assignment: assigned, pods: [unschedulable], memory: { reportedProblem: toldUnschedulable(60) } },
      ['report waiting Unschedulable'],
    ],
    ['a Pod behind a gate is told of', { assignment: assigned, pods: [gated] }, ['report waiting SchedulingGated']],
    [
      'an init container of others has a minute',
      { assignment: assigned, pods: [setupAtWorkFor(59)], memory: { createdReported: true } },
      [],
    ],
    [
      'an init container of others that goes on is told of',
      { assignment: assigned, pods: [setupAtWorkFor(60)] },
      ['report waiting PodPending'],
    ],
    [
      'init that works has a minute to reach the control plane',
      { assignment: assigned, pods: [initAtWorkFor(59)], memory: { createdReported: true } },
      [],
    ],
    [
      'init that does not reach the control plane is told of',
      { assignment: assigned, pods: [initAtWorkFor(60)] },
      ['report waiting ControlPlaneUnreachable'],
    ],
    [
      'init that fetches the source of a started run is left alone',
      { assignment: started, pods: [initAtWorkFor(9_000)] },
      [],
    ],
    [
      'init that never reached the control plane ends the run at the deadline, as not started in time',
      { assignment: assigned, pods: [initAtWorkFor(9_000)], now: LATE },
      ['report failed StartTimeout'],
    ],
    [
      'a started run that is only slow goes on past the deadline',
      { assignment: started, pods: [initialising], now: LATE },
      [],
    ],
    [
      'the Pod goes once the run has ended without it',
      { assignment: assigned, pods: [pending], memory: { outcomeReported: true } },
      ['delete the unstarted Pod'],
    ],
    [
      'its deletion is asked for once',
      {
        assignment: assigned,
        pods: [pending],
        memory: { outcomeReported: true, deleting: [pending.metadata.uid ?? ''] },
      },
      [],
    ],
    [
      'the Worker is free when that Pod is gone',
      { assignment: assigned, memory: { outcomeReported: true } },
      ['report released'],
    ],
    ['a stop before there is a Pod ends the run', { assignment: stopped }, ['report failed Cancelled']],
    [
      'a stop before the Pod has started ends the run',
      { assignment: stopped, pods: [pending] },
      ['report failed Cancelled'],
    ],
    ['a run without a Pod by its deadline ends', { assignment: assigned, now: LATE }, ['report failed StartTimeout']],
    [
      'a run whose Pod was refused until its deadline ends with the cause',
      { assignment: assigned, now: LATE, memory: { refusal } },
      ['report failed ConfigError'],
    ],
    ['a refusal is told', { assignment: assigned, memory: { refusal } }, ['report waiting PodInvalid']],
    [
      'a refused Pod is not tried again at once',
      { assignment: assigned, memory: { refusal, reportedProblem: toldRefusal } },
      [],
    ],
    [
      'a refused Pod is tried again after a while',
      { assignment: assigned, memory: { refusal, reportedProblem: toldRefusal }, now: NOW + 5_000 },
      ['create 01hps6xb76j1jb3ehsk4awe5ab-preparing-2'],
    ],
    [
      'a refused Pod is tried again when the pool changed',
      { assignment: assigned, memory: { refusal, reportedProblem: toldRefusal }, generation: 2 },
      ['create 01hps6xb76j1jb3ehsk4awe5ab-preparing-2'],
    ],
    [
      'a runner image from a forbidden host ends the run before there is a Pod',
      { assignment: anAssignment({ runnerImage: 'evil.test/x' }), spec: { allowedRunnerImageHosts: ['good.test'] } },
      ['report failed ConfigError'],
    ],
    [
      'a run that could read the key of its pool ends before there is a Pod',
      {
        assignment: assigned,
        spec: { pod: { shareProcessNamespace: true, workerContainer: { securityContext: { privileged: true } } } },
      },
      ['report failed ConfigError'],
    ],
    [
      'an outcome that the relay told is not told again',
      { assignment: started, pods: [succeeded] },
      ['report released'],
    ],
    ['a failed run’s Worker is free as well', { assignment: started, pods: [failedPod] }, ['report released']],
    [
      'an outcome that nobody could tell is read from the Pod',
      { assignment: started, pods: [killed] },
      ['report failed OutOfMemory'],
    ],
    [
      'the Worker is free once that was told',
      { assignment: started, pods: [killed], memory: { outcomeReported: true } },
      ['report released'],
    ],
    [
      'the outcome is the built-in containers’, whatever sidecars do',
      { assignment: started, pods: [withSidecar(0)] },
      ['report released'],
    ],
    [
      'a started run without a Pod in the cache is looked up',
      { assignment: started },
      ['look whether the Pod is gone'],
    ],
    [
      'a started run whose Pod is gone is lost',
      { assignment: started, memory: { goneConfirmed: true } },
      ['report failed NodeLost'],
    ],
    [
      'a run whose Pod was evicted and vanished says so',
      {
        assignment: started,
        memory: {
          lostPod: observed({
            ...working.status,
            conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }],
          }),
        },
      },
      ['report failed Evicted'],
    ],
    [
      'a run whose Pod vanished with its outcome told is over',
      { assignment: started, memory: { lostPod: succeeded } },
      ['report released'],
    ],
    [
      'a Pod that vanished before it started is made again',
      { assignment: assigned, memory: { lostPod: pending } },
      ['create 01hps6xb76j1jb3ehsk4awe5ab-preparing-2'],
    ],
    [
      'a Pod of another fence is in the way',
      { assignment: assigned, pods: [earlierUnstarted] },
      ['delete the unstarted Pod'],
    ],
    [
      'a Pod that still works for an earlier run is waited for',
      { assignment: assigned, pods: [earlierWorking] },
      ['report waiting PodPending'],
    ],
    [
      'an ended Pod of an earlier run is in nobody’s way',
      { assignment: assigned, pods: [observed(killed.status ?? {}, { of: earlier })] },
      ['create 01hps6xb76j1jb3ehsk4awe5ab-preparing-2'],
    ],
    [
      'a Worker that is being deleted carries it out all the same',
      { assignment: assigned, deleted: secondsAgo(1) },
      ['retire', 'create 01hps6xb76j1jb3ehsk4awe5ab-preparing-2'],
    ],
  ])('%s', (_what, settings, expected) => {
    expect(decide(snapshot(settings)).actions.map(inWords)).toEqual(expected);
  });
});
