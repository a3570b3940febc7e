import { describe, expect, test } from '@jest/globals';
import { PLANTED_BUGS } from './bugs';
import { checkPlace } from './plant';

describe('the table of planted bugs', () => {
  test('has at least forty, each with a name of its own', () => {
    expect(new Set(PLANTED_BUGS.map(({ name }) => name)).size).toBe(PLANTED_BUGS.length);
    expect(PLANTED_BUGS.length).toBeGreaterThanOrEqual(40);
  });

  test.each(PLANTED_BUGS)('$name has its place in the code', (bug) => {
    expect(() => checkPlace(bug)).not.toThrow();
  });
});
