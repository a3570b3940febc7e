import { describe, expect, test } from '@jest/globals';
import { PLANTED_BUGS } from './bugs';
import { caughtBefore } from './caught';
import { checkPlace } from './plant';

describe('the table of planted bugs', () => {
  test('has at least forty that can show, each with a name of its own', () => {
    expect(new Set(PLANTED_BUGS.map(({ name }) => name)).size).toBe(PLANTED_BUGS.length);
    expect(PLANTED_BUGS.filter(({ notModelled }) => notModelled === undefined).length).toBeGreaterThanOrEqual(40);
  });

  test('is what the record of the last hunts is about', () => {
    expect(PLANTED_BUGS.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(caughtBefore())));
  });

  test.each(PLANTED_BUGS)('$name has its place in the code', (bug) => {
    expect(() => checkPlace(bug)).not.toThrow();
  });
});
