import { describe, expect, test } from '@jest/globals';
import { formatDuration, parseDuration, spanInWords } from '../../src/time';

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

test.each([
  [-5000, '0 s'],
  [999, '0 s'],
  [1000, '1 s'],
  [60_000, '1 min'],
  [200_000, '3 min 20 s'],
  [3_600_000, '1 h'],
  [3_659_000, '1 h'],
  [5_400_000, '1 h 30 min'],
  [90_000_000, '1 d 1 h'],
  [864_000_000, '10 d'],
])('%d ms are %s', (milliseconds, text) => {
  expect(spanInWords(milliseconds)).toBe(text);
});
