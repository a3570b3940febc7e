import { describe, expect, test } from '@jest/globals';
import { built, containers, exited, NOW, observed, running, anAssignment, waitingFor } from '../run/fixtures';
import { decide } from '../../../src/controller/worker/decide';
import type { Refusal } from '../../../src/controller/worker/memory';
import { inWords, snapshot, type Case } from './fixtures';

const assigned = anAssignment();
const started = anAssignment({ started: true });
const stopped = anAssignment({ stop: { reason: 'by alice' } });
const LATE = assigned.startDeadline + 1;

const pending = observed({ phase: 'Pending' });
const initialising = observed(containers({ init: running }, { phase: 'Pending' }));
const working = observed(containers({ relay: running, worker: running }));
const succeeded = observed(containers({ relay: exited(0), worker: exited(0) }, { phase: 'Succeeded' }));
const failedPod = observed(containers({ relay: exited(1), worker: exited(1) }, { phase: 'Failed' }));
const killed = observed(containers({ relay: exited(80), worker: exited(137, 'OOMKilled') }, { phase: 'Failed' }));
const unpullable = observed(
  containers({ relay: running, worker: waitingFor('ErrImagePull', 'manifest unknown') }, { phase: 'Pending' }),
);
const neverPulled = observed(
  containers({ relay: running, worker: waitingFor('ErrImageNeverPull') }, { phase: 'Pending' }),
);
const withSidecar = (code: number) =>
  observed(containers({ relay: exited(code), worker: exited(code), extra: { dind: running } }));
const earlier = { ...built({}, anAssignment({ attempt: 1, fence: 3 })) };
const earlierUnstarted = observed({ phase: 'Pending' }, { of: earlier });
const earlierWorking = observed(containers({ relay: running, worker: running }), { of: earlier });
const refusal: Refusal = {
  problem: {
    key: 'PodInvalid:x',
    reason: 'PodInvalid',
    sentence: 'The Pod is refused.',
    detailed: true,
    outcome: 'ConfigError',
    hopeless: false,
  },
  count: 1,
  retryAt: NOW + 5_000,
  poolGeneration: 1,
};
const told = { key: 'pull:worker', sentence: 'told', detailed: true };
const toldRefusal = { key: 'PodInvalid:x', sentence: 'The Pod is refused.', detailed: true };
const secondsAgo = (seconds: number) => new Date(NOW - seconds * 1_000).toISOString();

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
    ['a problem is told once', { assignment: assigned, pods: [unpullable], memory: { told } }, []],
    [
      'a problem is told again when more is known',
      { assignment: assigned, pods: [unpullable], memory: { told: { ...told, detailed: false } } },
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
      { assignment: assigned, pods: [unpullable], memory: { told }, now: LATE },
      ['report failed ImagePull'],
    ],
    [
      'a started run whose runner image cannot be pulled ends at the deadline',
      { assignment: started, pods: [unpullable], memory: { told }, now: LATE },
      ['report failed ImagePull'],
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
    ['a refused Pod is not tried again at once', { assignment: assigned, memory: { refusal, told: toldRefusal } }, []],
    [
      'a refused Pod is tried again after a while',
      { assignment: assigned, memory: { refusal, told: toldRefusal }, now: NOW + 5_000 },
      ['create 01hps6xb76j1jb3ehsk4awe5ab-preparing-2'],
    ],
    [
      'a refused Pod is tried again when the pool changed',
      { assignment: assigned, memory: { refusal, told: toldRefusal }, generation: 2 },
      ['create 01hps6xb76j1jb3ehsk4awe5ab-preparing-2'],
    ],
    [
      'a runner image from a forbidden host ends the run before there is a Pod',
      { assignment: anAssignment({ runnerImage: 'evil.test/x' }), spec: { allowedRunnerImageHosts: ['good.test'] } },
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
      ['report failed OutOfMemory', 'report released'],
    ],
    [
      'the outcome is the built-in containers’, whatever sidecars do',
      { assignment: started, pods: [withSidecar(0)] },
      ['report released'],
    ],
    [
      'a relay that died under a working run is told at once',
      { assignment: started, pods: [observed(containers({ relay: exited(137, 'OOMKilled'), worker: running }))] },
      ['report failed OutOfMemory'],
    ],
    [
      'that run is not ended by us',
      {
        assignment: started,
        pods: [observed(containers({ relay: exited(137, 'OOMKilled'), worker: running }))],
        memory: { outcomeReported: true },
      },
      [],
    ],
    [
      'a relay that was stopped before the worker began takes the Pod with it',
      {
        assignment: started,
        pods: [
          observed(containers({ relay: exited(1), worker: waitingFor('ImagePullBackOff') }, { phase: 'Pending' })),
        ],
      },
      ['delete the unstarted Pod'],
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
      ['create 01hps6xb76j1jb3ehsk4awe5ab-preparing-2'],
    ],
  ])('%s', (_what, settings, expected) => {
    expect(decide(snapshot(settings)).actions.map(inWords)).toEqual(expected);
  });
});

describe('a silent node', () => {
  const silent = (seconds: number) =>
    observed({
      ...working.status,
      conditions: [
        { type: 'Ready', status: 'False', lastTransitionTime: secondsAgo(seconds) },
        { type: 'ContainersReady', status: 'True' },
      ],
    });
  const deleted = (seconds: number) => observed(working.status ?? {}, { deleted: secondsAgo(seconds) });

  test.each([
    ['is given two minutes', silent(119), []],
    ['then counts as lost', silent(120), ['report failed NodeLost']],
    [
      'is not seen in a Pod whose sidecar is not ready',
      observed({
        ...working.status,
        conditions: [
          { type: 'Ready', status: 'False', lastTransitionTime: secondsAgo(500) },
          { type: 'ContainersReady', status: 'False' },
        ],
      }),
      [],
    ],
    ['that does not end a deleted Pod is given two minutes', deleted(119), []],
    ['that does not end a deleted Pod counts as lost then', deleted(120), ['report failed NodeLost']],
  ])('%s', (_what, pod, expected) => {
    expect(decide(snapshot({ assignment: started, pods: [pod] })).actions.map(inWords)).toEqual(expected);
  });

  test('keeps the Worker busy until its Pod is gone', () => {
    const decision = decide(snapshot({ assignment: started, pods: [silent(500)], memory: { outcomeReported: true } }));
    expect(decision.actions).toEqual([]);
    expect(decision.status).toMatchObject({ state: 'BUSY' });
  });

  test('is looked at again in time', () => {
    expect(decide(snapshot({ assignment: started, pods: [silent(100)] })).requeueAfterMs).toBe(20_000);
  });
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
    ['a kept Pod whose sidecar still runs is ended', { pods: [withSidecar(1)] }, ['end the sidecars']],
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
    ['that has asked a moment ago waits', { deleted: secondsAgo(9), memory: { retireAskedAt: NOW - 4_000 } }, []],
    ['asks again after a while', { deleted: secondsAgo(9), memory: { retireAskedAt: NOW - 5_000 } }, ['retire']],
    ['that is retired goes', { deleted: secondsAgo(1), retired: true }, ['remove the finalizer']],
    ['with a Pod at work stays, retired or not', { deleted: secondsAgo(9_000), retired: true, pods: [working] }, []],
    ['with a run stays', { deleted: secondsAgo(9_000), assignment: started, pods: [working] }, []],
    ['of a pool without credentials has patience', { deleted: secondsAgo(119), session: 'none' }, []],
    [
      'of a pool without credentials goes in the end',
      { deleted: secondsAgo(120), session: 'none' },
      ['remove the finalizer'],
    ],
    ['without a control plane has patience', { deleted: secondsAgo(119), session: unreachable }, []],
    [
      'without a control plane goes in the end',
      { deleted: secondsAgo(120), session: unreachable },
      ['remove the finalizer'],
    ],
    [
      'without a control plane stays while a Pod works',
      { deleted: secondsAgo(9_000), session: unreachable, pods: [working] },
      [],
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
    ['is unregistered once removed', { view: { removed: true } }, { registered: false }],
  ])('%s', (_what, settings, expected) => {
    expect(decide(snapshot(settings)).status).toMatchObject(expected);
  });

  test('names what the run’s Pod waits for, and keeps the fuller sentence', () => {
    const vague = observed(
      containers({ relay: running, worker: waitingFor('ImagePullBackOff') }, { phase: 'Pending' }),
    );
    const { status } = decide(snapshot({ assignment: assigned, pods: [vague], memory: { told } }));
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
