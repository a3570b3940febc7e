import { describe, expect, test } from '@jest/globals';
import { formatDuration, parseDuration } from '../../src/protocol/duration';

describe('a Go duration', () => {
  test.each([
    ['70m', 4_200_000],
    ['1000s', 1_000_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['1m0.5s', 60_500],
    ['250ms', 250],
    ['10us', 0.01],
    ['24h0m0s', 86_400_000],
    ['0', 0],
    ['+5s', 5000],
  ])('%s is %d milliseconds', (text, milliseconds) => expect(parseDuration(text)).toBeCloseTo(milliseconds));

  test.each(['', '70', '7 m', '-5s', '1d', 'm', '1h-5m', 'an hour', '.s', '1e3s'])('is not %j', (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );

  test.each([
    [5_400_000, '1h30m'],
    [4_200_000, '1h10m'],
    [420_000, '7m'],
    [1500, '1.5s'],
    [0, '0s'],
  ])('%d milliseconds read %s', (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text));
});
