import { expect, test } from '@jest/globals';
import { count } from '../../../src/control-plane/web/words';

test.each([
  [0, '0 runs'],
  [1, '1 run'],
  [2, '2 runs'],
])('%d is %s', (number, text) => {
  expect(count(number, 'run')).toBe(text);
});
