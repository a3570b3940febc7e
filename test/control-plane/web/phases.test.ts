import { expect, test } from '@jest/globals';
import { phases } from '../../../src/control-plane/web/phases';

type Run = Parameters<typeof phases>[0];
type Attempt = Parameters<typeof phases>[1][number];

const run = (state: Run['state'], finishedAt: number | null = null, type: Run['type'] = 'TRACKED'): Run => ({
  ...{ type, state, finishedAt },
  createdAt: 0,
});

const plan = (change: Partial<Attempt> = {}): Attempt => ({
  attempt: 1,
  stage: 'preparing',
  createdAt: 10,
  startedAt: 20,
  endedAt: 30,
  ...change,
});

const apply = (change: Partial<Attempt> = {}): Attempt =>
  plan({ attempt: 2, stage: 'applying', createdAt: 50, startedAt: 60, endedAt: 70, ...change });

const QUEUED = ['Queued', 0, 10];

test.each<[string, Run, Attempt[], unknown[]]>([
  ['a run that waits', run('QUEUED'), [], [['Queued', 0, null]]],
  ['one that was canceled before it began', run('CANCELED', 5), [], [['Queued', 0, 5]]],
  [
    'one whose Pod starts',
    run('PREPARING'),
    [plan({ startedAt: null, endedAt: null })],
    [QUEUED, ['Plan', 10, null, 'its Pod starts']],
  ],
  [
    'one whose Pod never started',
    run('FAILED', 40),
    [plan({ startedAt: null, endedAt: 40 })],
    [QUEUED, ['Plan', 10, 40, 'no Pod started']],
  ],
  ['one that waits for a word', run('UNCONFIRMED'), [plan()], [QUEUED, ['Plan', 10, 30], ['Confirmation', 30, null]]],
  ['one that was discarded', run('DISCARDED', 45), [plan()], [QUEUED, ['Plan', 10, 30], ['Confirmation', 30, 45]]],
  ['one that has the word', run('CONFIRMED'), [plan()], [QUEUED, ['Plan', 10, 30], ['Waiting for a worker', 30, null]]],
  ['a task', run('FINISHED', 30, 'TASK'), [plan()], [QUEUED, ['Task', 10, 30]]],
  ['a plan without changes', run('FINISHED', 30), [plan()], [QUEUED, ['Plan', 10, 30]]],
  [
    'one that applied',
    run('FINISHED', 70),
    [plan(), apply()],
    [QUEUED, ['Plan', 10, 30], ['Confirmation', 30, 50], ['Apply', 50, 70]],
  ],
  [
    'one that was tried again',
    run('PLANNING'),
    [plan(), plan({ attempt: 2, createdAt: 40, endedAt: null })],
    [QUEUED, ['Plan, attempt 1', 10, 30], ['Waiting for another attempt', 30, 40], ['Plan, attempt 2', 40, null]],
  ],
])('%s', (_, of, attempts, expected) => {
  const found = phases(of, attempts).map(({ name, begins, ends, note }) => [
    name,
    begins,
    ends,
    ...(note ? [note] : []),
  ]);
  expect(found).toEqual(expected);
});
