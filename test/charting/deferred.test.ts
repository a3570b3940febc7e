import { describe, expect, it } from '@jest/globals';
import {
  base64,
  contains,
  field,
  and,
  atLeast,
  concat,
  deferred,
  each,
  equals,
  hasDuplicates,
  ifAny,
  ifSet,
  isDeferred,
  isEmpty,
  isSet,
  matches,
  merge,
  not,
  or,
  orElse,
  replaced,
  text,
  when,
} from '../../src/charting/deferred';

const later = deferred<boolean>({ op: 'value', path: ['x'], shape: 'scalar' });

describe('with plain values, the operations compute at once', () => {
  it.each([
    ['when true', when(true, 'a', 'b'), 'a'],
    ['when false', when(false, 'a', 'b'), 'b'],
    ['when false without another', when(false, 'a'), undefined],
    ['orElse of nothing', orElse('', 'b'), 'b'],
    ['orElse of something', orElse('a', 'b'), 'a'],
    ['orElse of a number that is 0', orElse(0, 10), 10],
    ['text', text('a', '-', 'b'), 'a-b'],
    ['concat with a missing part', concat(['a'], undefined, ['b']), ['a', 'b']],
    ['each', each(['a', 'b'], (item) => text('--', item)), ['--a', '--b']],
    [
      'merge, where the first wins',
      merge({ a: '1' }, { a: '2', b: '2' }, { b: '3', c: '3' }),
      { a: '1', b: '2', c: '3' },
    ],
    ['base64 of what is not ASCII', base64('ö'), 'w7Y='],
    ['base64 of nothing', base64(undefined as never), ''],
    ['contains', contains(['a'], 'a'), true],
    ['contains of a missing list', contains(undefined, 'a'), false],
    ['field of an object that is not there', field<{ a: string }, 'a'>(undefined, 'a', 'scalar'), undefined],
    ['merge, where the first wins even with an empty string', merge({ a: '' }, { a: '1' }), { a: '' }],
    ['and', and(true, true), true],
    ['and with one false', and(true, false, later), false],
    ['or', or(false, true, later), true],
    ['or with nothing that holds', or(false, false), false],
    ['equals', equals('a', 'a'), true],
    ['atLeast', atLeast(2, 2), true],
    ['atLeast of less', atLeast(1, 2), false],
    ['matches of a line in a list', matches(['--a', '--b=1'], '^--b(=1)?$'), true],
    ['matches of no line', matches(['--a', '--b=10'], '^--b(=1)?$'), false],
    ['matches of a string', matches('abc', '^b'), false],
    ['replaced', replaced('public.ecr.aws/x/y', '^[^/]*[.][^/]*/', ''), 'x/y'],
    ['hasDuplicates', hasDuplicates([{ port: 1 }, { port: 1 }], 'port'), true],
    ['hasDuplicates of what is not there', hasDuplicates([{}, {}], 'port'), false],
    ['not', not(true), false],
    ['isSet of 0', isSet(0), true],
    ['isSet of nothing', isSet(undefined), false],
    ['isSet of an empty string', isSet(''), false],
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
    ['or', or(false, later)],
    ['atLeast', atLeast(1, deferred<number>({ op: 'value', path: ['n'], shape: 'scalar' }))],
    ['not', not(later)],
    ['merge', merge({ a: '1' }, deferred({ op: 'value', path: ['m'], shape: 'structure' }))],
  ])('%s', (_, result) => {
    expect(isDeferred(result)).toBe(true);
  });
});
