import { describe, expect, it } from '@jest/globals';
import { exitCodeOf, lineOf, wrapped } from '../../../src/cli/kubectl/report';
import { podsNamed, rowOf, stateOf } from '../../../src/cli/kubectl/run-pods';
import type { Finding, Level } from '../../../src/doctor';
import { podOf, pool, worker } from '../../doctor/cases/fixtures';

const finding = (level: Level): Finding => ({
  level,
  ...{ subject: 'pools', code: 'pool-not-ready', object: 'WorkerPool a/b', message: 'It is not.', mend: 'Do that.' },
});

describe('a report', () => {
  it.each<[Level[], number]>([
    [[], 0],
    [['UNKNOWN'], 8],
    [['UNKNOWN', 'WARNING'], 7],
    [['UNKNOWN', 'WARNING', 'FAILED'], 1],
  ])('with %j has exit code %i', (levels, code) => expect(exitCodeOf({ findings: levels.map(finding) })).toBe(code));

  it('has a line for each finding', () => {
    expect(lineOf(finding('FAILED'))).toBe('FAILED: pool-not-ready: WorkerPool a/b: It is not. Mend: Do that.');
  });

  it('is broken at spaces, and long words stay whole', () => {
    expect(wrapped('one two three averyveryverylongword four', 9)).toEqual([
      'one two',
      'three',
      'averyveryverylongword',
      'four',
    ]);
  });
});

describe('the Pod of a run', () => {
  const of = pool();
  const owner = worker(of);
  const pod = podOf(owner);

  it.each([
    ['the run', '01k3zc0000000000000000000R'],
    ['the Pod', pod.metadata.name],
    ['the Worker', owner.metadata.name],
    ['the ULID of the Worker', '01K3ZC0000000000000000000W'],
    ['the pool', 'production'],
  ])('is found by the name of %s', (_, name) => expect(podsNamed(name, [pod], [owner])).toEqual([pod]));

  it('is not found by another', () => expect(podsNamed('staging', [pod], [owner])).toEqual([]));

  it('says what belongs to it', () => {
    expect(rowOf(pod)).toMatchObject({ run: '01K3ZC0000000000000000000R', stage: 'preparing', pool: 'production' });
  });

  const status = (containerStatuses: object[], phase = 'Running') => ({
    ...pod,
    status: { phase, containerStatuses } as never,
  });
  const running = { running: { startedAt: '2026-11-27T11:00:00Z' } };
  const ended = (exitCode: number) => ({ terminated: { exitCode } });
  it.each([
    ['Starting', { ...pod, status: { phase: 'Pending' } }],
    ['Running', status([{ name: 'worker', state: running }])],
    ['Stopping', { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-11-27T11:00:00Z' } }],
    ['Waiting (ImagePull)', status([{ name: 'worker', state: { waiting: { reason: 'ImagePullBackOff' } } }])],
    [
      'Succeeded',
      status([
        { name: 'worker', state: ended(0) },
        { name: 'launcher-grpc', state: ended(0) },
      ]),
    ],
    [
      'Failed',
      status([
        { name: 'worker', state: ended(1) },
        { name: 'launcher-grpc', state: ended(0) },
      ]),
    ],
  ])('is %s', (state, shown) => expect(stateOf(shown)).toBe(state));
});
