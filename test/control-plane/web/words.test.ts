import { expect, test } from '@jest/globals';
import { count, duration } from '../../../src/control-plane/web/words';

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
  expect(duration(milliseconds)).toBe(text);
});

test.each([
  [0, '0 runs'],
  [1, '1 run'],
  [2, '2 runs'],
])('%d is %s', (number, text) => {
  expect(count(number, 'run')).toBe(text);
});
