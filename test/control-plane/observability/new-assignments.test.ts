import { expect, test } from '@jest/globals';
import { NewAssignments } from '../../../src/control-plane/observability/new-assignments';
import type { ViewRecord } from '../../../src/control-plane/store/views';

const SINCE = 1_000;

const view = (assignment: object | null): ViewRecord =>
  ({
    worker: {},
    assignment: assignment && { startedAt: null, endedAt: null, assignedAt: SINCE, ...assignment },
  }) as ViewRecord;

const fences = (assignments: NewAssignments, ...views: ViewRecord[]) =>
  assignments.among(views).map(({ fence }) => fence);

test('an assignment is new when its view is sent for the first time, and never again', () => {
  const assignments = new NewAssignments(SINCE);
  expect(fences(assignments, view({ fence: 1 }), view(null), view({ fence: 2 }))).toEqual([1, 2]);
  expect(fences(assignments, view({ fence: 1 }), view({ fence: 3 }))).toEqual([3]);
});

test.each([
  ['has started', { startedAt: SINCE }],
  ['has ended', { endedAt: SINCE }],
  ['was made before this process was there', { assignedAt: SINCE - 1 }],
])('one that %s is not new', (_, assignment) => {
  expect(fences(new NewAssignments(SINCE), view({ fence: 1, ...assignment }))).toEqual([]);
});

test('only so many are remembered as one process may have under way', () => {
  const assignments = new NewAssignments(SINCE);
  for (let fence = 1; fence <= 20_001; fence++) assignments.among([view({ fence })]);
  expect(fences(assignments, view({ fence: 20_001 }), view({ fence: 2 }), view({ fence: 1 }))).toEqual([1]);
});
