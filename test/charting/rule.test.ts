import { describe, expect, it } from '@jest/globals';
import { NAMESPACE, PORT } from '../../src/charting/kubernetes-names';
import { violationOf } from '../../src/charting/rule';
import {
  distinctStrings,
  group,
  integer,
  integers,
  object,
  optionalEnum,
  optionalIntOrPercent,
  string,
  type ValueMember,
} from '../../src/charting/values';

describe('what the rule of a value forbids', () => {
  const percent = 'it must be a whole number from 0 up, or a percentage such as "50%"';
  it.each<[string, ValueMember, unknown, unknown, string]>([
    ['a fraction', integer(1, ''), 1.5, 1.5, 'it must be a whole number from 0 up'],
    ['what is too low', integer(1, '', { minimum: 3, maximum: 4 }), 2, 2, 'it must be a whole number from 3 to 4'],
    ['what is too high', integer(1, '', { minimum: 3, maximum: 4 }), 5, 5, 'it must be a whole number from 3 to 4'],
    ['a port among others', integers([], '', PORT), [443, 0], 0, PORT.says],
    ['half a Pod', optionalIntOrPercent(''), 0.5, 0.5, percent],
    ['more than all Pods', optionalIntOrPercent(''), '101%', '101%', percent],
    ['what is not to choose from', optionalEnum(['a', 'b'], ''), 'c', 'c', 'it must be one of a, b'],
    ['an empty string', string('x', '', { minLength: 1 }), '', '', 'it must not be empty'],
    ['a string that is too long', distinctStrings([], '', NAMESPACE), ['a'.repeat(64)], 'a'.repeat(64), NAMESPACE.says],
    ['a pattern that does not match', distinctStrings([], '', NAMESPACE), ['A'], 'A', NAMESPACE.says],
    ['a repetition', distinctStrings([], '', {}), ['a', 'a'], ['a', 'a'], 'none of them may stand there twice'],
    [
      'what is wrong in a group',
      group('', { size: integer(1, '') }),
      { size: -1 },
      -1,
      'it must be a whole number from 0 up',
    ],
  ])('%s', (_, member, given, value, allowed) => {
    expect(violationOf(member, given)).toEqual({ value, allowed });
  });

  it.each<[string, ValueMember, unknown]>([
    ['what is not given', integer(1, ''), undefined],
    ['numbers at both ends', integers([], '', PORT), [1, 65535]],
    ['a percentage', optionalIntOrPercent(''), '50%'],
    ['a choice', optionalEnum(['a', 'b'], ''), 'a'],
    ['an object of Kubernetes', object({}, ''), { any: 1 }],
    ['a group in part', group('', { size: integer(1, ''), name: string('', '', { minLength: 1 }) }), { size: 2 }],
  ])('is not %s', (_, member, given) => {
    expect(violationOf(member, given)).toBeUndefined();
  });
});
