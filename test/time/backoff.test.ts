import { describe, expect, it } from '@jest/globals';
import { Backoff, backoffMs } from '../../src/time';

const options = { firstMs: 100, longestMs: 1000 };

describe('a back-off', () => {
  it.each([
    [1, 50, 100],
    [2, 100, 200],
    [4, 400, 800],
    [5, 500, 1000],
    [5000, 500, 1000],
  ])('after %i failures in a row lies between %i and %i ms', (failures, least, most) => {
    expect(backoffMs(failures, { ...options, random: () => 0 })).toBe(least);
    expect(backoffMs(failures, { ...options, random: () => 1 })).toBe(most);
  });

  it('begins anew after a success', () => {
    const backoff = new Backoff({ ...options, random: () => 1 });
    expect([backoff.next(), backoff.next(), backoff.next()]).toEqual([100, 200, 400]);
    backoff.reset();
    expect(backoff.next()).toBe(100);
  });
});
