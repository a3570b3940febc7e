import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { growthOf } from './growth';
import type { Parser } from './parser';

/** By itself it takes the same values each time, so that it fails because of a change and not by chance; `npm run fuzz` looks further. */
const SEED = 1;
const RUNS = 200;

/** Tests of parsers: each refuses what it must in its own way, and none of them takes too long. */
export function fuzzed(parsers: readonly Parser[]): void {
  describe.each(parsers.map((parser) => [parser.name, parser] as const))('%s', (_, parser) => {
    test('refuses with an error of its own, whatever it is given', async () => {
      let taken = 0;
      const property = fc.asyncProperty(parser.given, async (given) => {
        if ((await parser.tries(given)) === 'taken') taken += 1;
      });
      await fc.assert(property, { seed: SEED, numRuns: RUNS });
      // Otherwise the refusals would hide what comes after them.
      expect(taken).toBeGreaterThan(0);
    });

    test.each(parser.growing)('takes a time that grows with the length at most: $title', async (growing) => {
      expect(await growthOf(parser, growing)).toMatchObject({ isLinear: true });
    });
  });
}
