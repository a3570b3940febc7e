import { expect, test } from '@jest/globals';
import { isFilterBelow, matches } from '../../../src/control-plane/broker/topic-filter';

test.each([
  ['a/b', 'a/b', true],
  ['a/b', 'a/b/c', false],
  ['a/b/c', 'a/b', false],
  ['a/+', 'a/b', true],
  ['a/+', 'a', false],
  ['a/+', 'a/b/c', false],
  ['a/+/c', 'a/b/c', true],
  ['a/#', 'a/b/c', true],
  ['a/#', 'a', true],
  ['a/b', 'a/B', false],
])('the filter %s and the topic %s match: %s', (filter, topic, expected) => {
  expect(matches(filter, topic)).toBe(expected);
});

test.each([
  ['p/x', true],
  ['p/+', true],
  ['p/+/reply', true],
  ['p/#', true],
  ['p', false],
  ['q/x', false],
  ['+/x', false],
  ['#', false],
  ['p/#/x', false],
  ['p/x#', false],
  ['p/+x', false],
])('%s is a filter below p/: %s', (filter, expected) => {
  expect(isFilterBelow(filter, 'p/')).toBe(expected);
});
