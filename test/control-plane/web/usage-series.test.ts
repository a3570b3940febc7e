import { describe, expect, test } from '@jest/globals';
import { columnsOf } from '../../../src/control-plane/web/usage-series';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = 100 * HOUR;

/** A sample of so many minutes ago. */
const ago = (minutes: number, figures: Partial<Record<'queued' | 'busy' | 'idle' | 'drained', number>>, span = 1) => ({
  at: NOW - minutes * MINUTE,
  spanMs: span * MINUTE,
  ...{ queued: 0, busy: 0, idle: 0, drained: 0 },
  ...figures,
});

describe('the columns of a chart', () => {
  test('have what holds in each of them, and nothing where nobody looked for a while', () => {
    const columns = columnsOf([ago(50, { busy: 1 }), ago(48, { busy: 3 }), ago(5, { busy: 2 })], '1h', NOW);
    expect(columns).toHaveLength(60);
    const busy = columns.map(({ figures }) => figures?.busy ?? null);
    expect(busy.slice(9, 14)).toEqual([null, 1, 1, 3, 3]);
    expect(busy.slice(24, 26)).toEqual([3, null]);
    expect(busy.slice(54)).toEqual([null, 2, 2, 2, 2, 2]);
  });

  test('have the most of each figure, and no worker twice that did one thing after the other', () => {
    const samples = [ago(15, { queued: 9, idle: 4 }), ago(10, { busy: 4 }), ago(5, { busy: 1, idle: 1, drained: 2 })];
    const [last] = columnsOf(samples, '24h', NOW).slice(-1);
    expect(last?.figures).toEqual({ queued: 9, busy: 4, idle: 0, drained: 0 });
  });

  test.each([
    ['1h', 60],
    ['24h', 72],
    ['14d', 84],
  ] as const)('of %s are %d, the last of which has now in it', (range, count) => {
    const columns = columnsOf([ago(0, { busy: 1 })], range, NOW + 1);
    expect([columns.length, columns.at(-1)?.figures?.busy]).toEqual([count, 1]);
  });
});
