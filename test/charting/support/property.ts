import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Release } from '../../../src/charting/release';
import { RefusedValues, synthesizeChart } from '../../../src/charting/synthesize';
import { sorted, withoutNulls, type GeneratedChart, type Json } from './helm';
import { renderedTogether, synthesizedAs } from './together';

/**
 * `PROPERTY_RUNS=2000 PROPERTY_SEED=random` looks further, and prints the seed by which to look again. By itself the test
 * takes the same values each time, so that it fails because of a change and not by chance.
 */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 300);
const SEED = process.env.PROPERTY_SEED === 'random' ? Date.now() % 2 ** 30 : Number(process.env.PROPERTY_SEED ?? 1);
/** So many values files at the most are rendered by one start of Helm, which takes longer than the rendering. */
const TOGETHER = 30;

/** A test that for any values and any release Helm renders what the constructs give, and refuses what they refuse. */
export function rendersAnyValues(
  chart: GeneratedChart,
  values: fc.Arbitrary<Json>,
  release: fc.Arbitrary<Release>,
): void {
  it(
    'helm template gives what the constructs give, and refuses what they refuse',
    async () => {
      const outcomes = { rendered: 0, refused: 0 };
      const files = fc.array(values, { minLength: 1, maxLength: TOGETHER, size: 'max' });
      const property = fc.asyncProperty(release, files, async (named, given) => {
        const refused = given.filter((each) => refusals(chart, named, each).length > 0);
        const taken = given.filter((each) => !refused.includes(each));
        for (const each of refused) await sameRefusal(chart, named, each);
        await (taken.length === 1
          ? sameObjects(chart, named, taken[0] as Json)
          : sameObjectsAsDependencies(chart, named, taken));
        outcomes.refused += refused.length;
        outcomes.rendered += taken.length;
      });
      // A failure prints the seed, too.
      await fc.assert(property, { seed: SEED, numRuns: Math.ceil((2.5 * RUNS) / TOGETHER), verbose: false });
      console.log(`PROPERTY_SEED=${SEED}: ${outcomes.rendered} values files rendered, ${outcomes.refused} refused`);
      // Otherwise the refusals would hide what the comparison is for.
      expect(outcomes.rendered).toBeGreaterThan(RUNS / 2);
    },
    RUNS * 4_000,
  );
}

async function sameRefusal(chart: GeneratedChart, named: Release, given: Json): Promise<void> {
  const { ok, text } = await chart.template(given, named);
  expect(ok ? 'Helm took it' : text).toMatch(new RegExp(refusals(chart, named, given).map(escaped).join('|')));
}

async function sameObjects(chart: GeneratedChart, named: Release, given: Json): Promise<void> {
  const rendered = await chart.objects(given, named);
  expect(sorted(withoutNulls(rendered))).toEqual(sorted(withoutNulls(synthesizeChart(chart.of, named, given))));
}

async function sameObjectsAsDependencies(chart: GeneratedChart, named: Release, given: readonly Json[]) {
  const files = Object.fromEntries(given.map((each, index) => [`c${index}`, each]));
  const rendered = await renderedTogether(chart, files, named);
  for (const [alias, each] of Object.entries(files)) {
    const objects = withoutNulls(rendered.get(alias) ?? []);
    expect(sorted(objects)).toEqual(sorted(withoutNulls(synthesizedAs(chart, alias, each, named))));
  }
}

/** What the constructs say to the values; nothing if they take them. */
function refusals(chart: GeneratedChart, named: Release, given: Json): readonly string[] {
  try {
    synthesizeChart(chart.of, named, given);
    return [];
  } catch (error) {
    if (error instanceof RefusedValues) return error.sentences;
    throw error;
  }
}

const escaped = (sentence: string): string => sentence.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
