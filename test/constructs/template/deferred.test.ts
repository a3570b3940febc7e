import { describe, expect, it } from '@jest/globals';
import {
  and,
  concat,
  deferred,
  each,
  ifAny,
  ifSet,
  isDeferred,
  isEmpty,
  isSet,
  merge,
  not,
  orElse,
  text,
  when,
} from '../../../src/constructs/template/deferred';

const later = deferred<boolean>({ op: 'value', path: ['x'], shape: 'scalar' });

describe('with plain values, the operations compute at once', () => {
  it.each([
    ['when true', when(true, 'a', 'b'), 'a'],
    ['when false', when(false, 'a', 'b'), 'b'],
    ['when false without another', when(false, 'a'), undefined],
    ['orElse of nothing', orElse('', 'b'), 'b'],
    ['orElse of something', orElse('a', 'b'), 'a'],
    ['text', text('a', '-', 'b'), 'a-b'],
    ['concat with a missing part', concat(['a'], undefined, ['b']), ['a', 'b']],
    ['each', each(['a', 'b'], (item) => text('--', item)), ['--a', '--b']],
    [
      'merge, where the first wins',
      merge({ a: '1' }, { a: '2', b: '2' }, { b: '3', c: '3' }),
      { a: '1', b: '2', c: '3' },
    ],
    ['and', and(true, true), true],
    ['and with one false', and(true, false, later), false],
    ['not', not(true), false],
    ['isSet of 0', isSet(0), true],
    ['isSet of nothing', isSet(undefined), false],
    ['isEmpty of an empty map', isEmpty({}), true],
    ['isEmpty of an item', isEmpty(['a']), false],
    ['ifAny of an empty list', ifAny([]), undefined],
    ['ifSet of 0', ifSet(0), 0],
  ])('%s', (_, result, expected) => {
    expect(result).toEqual(expected);
  });
});

describe('with one deferred value, the operations wait', () => {
  it.each([
    ['when', when(later, 'a')],
    ['concat', concat(['a'], when(later, ['b']))],
    ['and', and(true, later)],
    ['not', not(later)],
    ['merge', merge({ a: '1' }, deferred({ op: 'value', path: ['m'], shape: 'structure' }))],
  ])('%s', (_, result) => {
    expect(isDeferred(result)).toBe(true);
  });
});
