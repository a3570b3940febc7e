import { describe, expect, test } from '@jest/globals';
import { unprovenFeatures, type JestReport } from '../../../src/cli/dev/features';
import { FEATURES } from '../../docs/features';
import { works } from '../../docs/features/feature';

const GROUPS = [{ title: 'a group', features: [works('F1', 'it runs', ['queue/runs', 'a run goes'])] }];

const reportOf = (...tests: [fullName: string, status: string][]): JestReport => ({
  numPassedTests: 0,
  numFailedTests: 0,
  testResults: [
    {
      name: '/repository/test/queue/runs.test.ts',
      assertionResults: tests.map(([fullName, status]) => ({ fullName, status })),
    },
  ],
});

describe('a feature', () => {
  test.each<[string, JestReport[], boolean]>([
    ['is shown by a test that has passed', [reportOf(['a run goes on', 'passed'])], true],
    ['is shown in whichever report its test is', [reportOf(), reportOf(['a run goes on', 'passed'])], true],
    ['is not shown by a test that has failed', [reportOf(['a run goes on', 'failed'])], false],
    [
      'is not shown where one of its group has failed',
      [reportOf(['a run goes', 'passed'], ['a run goes on', 'failed'])],
      false,
    ],
    ['is not shown by a test that was left out', [reportOf(['a run goes on', 'pending'])], false],
    ['is not shown by a test of another name', [reportOf(['a pool goes on', 'passed'])], false],
    ['is not shown where there is no such file', [], false],
  ])('%s', (_, reports, isShown) => {
    const said = 'F1: no test in test/queue/runs.test.ts has passed that is called "a run goes"';
    expect(unprovenFeatures(GROUPS, reports, '/repository')).toEqual(isShown ? [] : [said]);
  });
});

test('the features are F1 to F70, each once', () => {
  const ids = FEATURES.flatMap(({ features }) => features.map(({ id }) => Number(id.slice(1))));
  expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: 70 }, (_, index) => index + 1));
});
