import { describe, expect, test } from '@jest/globals';
import type { WorkerPoolSpec } from '../../../src/api';
import { applyHistoryLimits, type RunPod } from '../../../src/controller/run';
import { containers, exited, NOW, observed } from './fixtures';

const HOUR = 3_600_000;

/** Pods named by outcome and age in hours: `ok-3` succeeded and was created three hours ago. */
function pods(...names: string[]): RunPod[] {
  return names.map((name) => {
    const [outcome, hours] = name.split('-');
    const state = exited(outcome === 'ok' ? 0 : 1);
    const pod = observed(
      containers({ relay: state, worker: state }, { phase: outcome === 'ok' ? 'Succeeded' : 'Failed' }),
    );
    const creationTimestamp = new Date(NOW - Number(hours) * HOUR).toISOString();
    return { ...pod, metadata: { ...pod.metadata, name, creationTimestamp } };
  });
}

describe('finished Pods', () => {
  test.each<[string, WorkerPoolSpec, string[], string[]]>([
    [
      'by default none that succeeded and five that failed stay',
      {},
      ['ok-1', 'no-1', 'no-2', 'no-3', 'no-4', 'no-5', 'no-6'],
      ['ok-1', 'no-6'],
    ],
    ['a limit keeps the newest', { successfulPodsHistoryLimit: 1 }, ['ok-3', 'ok-1', 'ok-2'], ['ok-3', 'ok-2']],
    ['a limit of 0 keeps none', { failedPodsHistoryLimit: 0 }, ['no-1', 'no-2'], ['no-2', 'no-1']],
    [
      'a TTL alone turns counting off',
      { failedPodsHistoryTTL: '150m' },
      ['no-1', 'no-2', 'no-3', 'no-4', 'no-5', 'no-6', 'no-7'],
      ['no-7', 'no-6', 'no-5', 'no-4', 'no-3'],
    ],
    [
      'limit and TTL together remove what either removes',
      { successfulPodsHistoryLimit: 2, successfulPodsHistoryTTL: '90m' },
      ['ok-0', 'ok-1', 'ok-2'],
      ['ok-2'],
    ],
    [
      'the outcomes are counted apart',
      { successfulPodsHistoryLimit: 1, failedPodsHistoryLimit: 1 },
      ['ok-1', 'no-1', 'ok-2', 'no-2'],
      ['ok-2', 'no-2'],
    ],
    ['keepSuccessfulPods keeps them all', { keepSuccessfulPods: true }, ['ok-1', 'ok-2'], []],
    [
      'a limit wins over keepSuccessfulPods',
      { keepSuccessfulPods: true, successfulPodsHistoryLimit: 0 },
      ['ok-1'],
      ['ok-1'],
    ],
    ['a TTL that is no duration counts as unset', { successfulPodsHistoryTTL: 'a day' }, ['ok-1'], ['ok-1']],
  ])('%s', (_what, spec, names, removed) => {
    expect(applyHistoryLimits(pods(...names), spec, NOW).remove.map(({ metadata }) => metadata.name)).toEqual(removed);
  });

  test('are looked at again when the oldest that is kept comes of age', () => {
    const { remove, nextAt } = applyHistoryLimits(pods('no-1', 'no-2'), { failedPodsHistoryTTL: '3h' }, NOW);
    expect(remove).toEqual([]);
    expect(nextAt).toBe(NOW + HOUR + 1);
    expect(applyHistoryLimits(pods('no-1', 'no-2'), { failedPodsHistoryTTL: '3h' }, nextAt ?? 0).remove).toHaveLength(
      1,
    );
  });
});
