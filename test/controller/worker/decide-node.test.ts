import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../src/controller/worker/decide';
import { NOW, observed } from '../run/fixtures';
import { inWords, snapshot, type Case } from './fixtures';
import { secondsAgo, started, working } from './pods';

/** Ready is False since then, all containers being ready. */
const unready = (seconds: number, reason?: string) =>
  observed(
    {
      ...working.status,
      conditions: [
        { type: 'Ready', status: 'False', lastTransitionTime: secondsAgo(seconds), ...(reason && { reason }) },
        { type: 'ContainersReady', status: 'True' },
      ],
    },
    { node: 'n1' },
  );
/** As the cluster's node lifecycle leaves the Pods of a node that it no longer hears. */
const silent = (seconds: number) => unready(seconds);
const deleted = (seconds: number) => observed(working.status ?? {}, { deleted: secondsAgo(seconds), node: 'n1' });
const decided = (settings: Case) => decide(snapshot({ assignment: started, ...settings }));
const waitingOf = (settings: Case) => decided(settings).status?.conditions?.find(({ type }) => type === 'Waiting');

describe('a silent node', () => {
  test.each([
    ['is given two minutes', silent(119), []],
    ['then counts as lost', silent(120), ['report failed NodeLost']],
    ['is not seen in a readiness gate that nobody sets', unready(9_000, 'ReadinessGatesNotReady'), []],
    ['is not seen in what a kubelet itself says of readiness', unready(9_000, 'ContainersNotReady'), []],
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
    expect(decided({ pods: [pod] }).actions.map(inWords)).toEqual(expected);
  });

  test('is looked at again in time', () => {
    expect(decided({ pods: [silent(100)] }).requeueAfterMs).toBe(20_000);
  });

  test.each<[string, Case]>([
    ['by a silent node', { pods: [silent(500)] }],
    ['by a Pod that is gone', { memory: { goneConfirmed: true } }],
  ])(
    'loses no run, %s, whose relay is heard; the control plane is asked again, and people are told',
    (_what, settings) => {
      const heard = { ...settings, memory: { ...settings.memory, relayHeardAt: NOW - 29_000 } };
      expect(decided(heard)).toMatchObject({ actions: [], requeueAfterMs: 1_000, status: { state: 'BUSY' } });
      expect(waitingOf(heard)).toMatchObject({
        status: 'True',
        reason: 'NodeLost',
        message: expect.stringContaining('still hears its relay: the run goes on'),
      });
      const later = { ...settings, memory: { ...settings.memory, relayHeardAt: NOW - 30_000 } };
      expect(decided(later).actions.map(inWords)).toEqual(['report failed NodeLost']);
    },
  );
});

describe('a Worker whose Pod stands on a lost node when its run is over', () => {
  const over: Case = { pods: [silent(500)], memory: { outcomeReported: true } };

  test('is retired, so that the pool replaces it', () => {
    expect(decided(over).actions.map(inWords)).toEqual(['retire']);
    expect(decided({ ...over, view: { retiring: true } }).actions).toEqual([]);
  });

  test('stays busy until the Pod is gone, and says so', () => {
    const settings = { ...over, view: { retiring: true } };
    expect(decided(settings).status).toMatchObject({ state: 'BUSY' });
    expect(waitingOf(settings)).toMatchObject({
      reason: 'NodeLost',
      message: expect.stringMatching(/still stands on node n1, which does not answer\. The pool replaces this Worker/),
    });
  });

  test('is not replaced while the node has time to answer', () => {
    const settings: Case = { ...over, pods: [silent(100)] };
    expect(decided(settings)).toMatchObject({ actions: [], requeueAfterMs: 20_000 });
  });
});
