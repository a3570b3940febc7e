import { describe, expect, test } from '@jest/globals';
import type { Condition } from '../../../src/api';
import { mergeDiff, setCondition } from '../../../src/controller/runtime';

const earlier = '2026-01-01T00:00:00Z';
const now = new Date('2026-01-01T01:00:00.123Z');
const ready: Condition = {
  type: 'Ready',
  status: 'True',
  reason: 'Fine',
  message: 'All is well.',
  lastTransitionTime: earlier,
};
const other: Condition = { ...ready, type: 'Other' };

describe('setCondition', () => {
  test.each<{ name: string; change: Partial<Condition>; time: string }>([
    { name: 'keeps the time when only the message changes', change: { message: 'Still well.' }, time: earlier },
    { name: 'keeps the time when only the reason changes', change: { reason: 'Better' }, time: earlier },
    { name: 'moves the time when the status changes', change: { status: 'False' }, time: '2026-01-01T01:00:00Z' },
  ])('$name', ({ change, time }) => {
    const { lastTransitionTime: _time, ...input } = { ...ready, ...change };
    const result = setCondition([ready, other], input, now);
    expect(result).toEqual([{ ...input, lastTransitionTime: time }, other]);
  });

  test('returns the same list when nothing changed', () => {
    const list = [other, ready];
    const { lastTransitionTime: _time, ...input } = ready;
    expect(setCondition(list, input, now)).toBe(list);
  });

  test('adds a condition that was not there', () => {
    const { lastTransitionTime: _time, ...input } = ready;
    expect(setCondition(undefined, input, now)).toEqual([{ ...ready, lastTransitionTime: '2026-01-01T01:00:00Z' }]);
  });
});

describe('mergeDiff', () => {
  test.each<{ name: string; from: unknown; to: unknown; patch: unknown }>([
    { name: 'is undefined for equal values', from: { a: [1, { b: 2 }] }, to: { a: [1, { b: 2 }] }, patch: undefined },
    { name: 'holds only what changed', from: { a: 1, b: 2 }, to: { a: 1, b: 3 }, patch: { b: 3 } },
    { name: 'removes with null', from: { a: 1, b: 2 }, to: { a: 1 }, patch: { b: null } },
    { name: 'removes what is set to undefined', from: { a: 1 }, to: { a: undefined }, patch: { a: null } },
    { name: 'goes into objects', from: { a: { b: 1, c: 2 } }, to: { a: { b: 1, c: 3 } }, patch: { a: { c: 3 } } },
    { name: 'replaces lists whole', from: { a: [1, 2] }, to: { a: [1] }, patch: { a: [1] } },
    { name: 'replaces a scalar by an object', from: { a: 1 }, to: { a: { b: 1 } }, patch: { a: { b: 1 } } },
  ])('$name', ({ from, to, patch }) => {
    expect(mergeDiff(from, to)).toEqual(patch);
  });
});
