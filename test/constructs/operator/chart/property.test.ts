import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { operatorChart } from '../../../../src/constructs/operator/chart/chart';
import type { Release } from '../../../../src/charting/release';
import { RefusedValues, synthesizeChart } from '../../../../src/charting/synthesize';
import { schemaOf } from '../../../../src/charting/values';
import { arbitraryValues } from '../../../charting/support/arbitrary';
import { GeneratedChart, sorted, withoutNulls } from '../../../charting/support/helm';

type Json = Readonly<Record<string, unknown>>;

/**
 * `PROPERTY_RUNS=2000 PROPERTY_SEED=random` looks further, and prints the seed by which to look again. By itself the test
 * takes the same values each time, so that it fails because of a change and not by chance.
 */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 300);
const SEED = process.env.PROPERTY_SEED === 'random' ? Date.now() % 2 ** 30 : Number(process.env.PROPERTY_SEED ?? 1);
/** Helm runs in processes of its own, two at a time. */
const LANES = [0, 1];

const values = arbitraryValues(schemaOf('', operatorChart.values.members))
  // The definitions are long and never vary: most runs go without.
  .chain((given) => fc.nat(19).map((lot) => ({ ...given, crds: { ...(given.crds as Json), install: lot === 19 } })));

const release: fc.Arbitrary<Release> = fc.record(
  {
    name: fc.oneof(fc.constantFrom('ops', '1234', 'on', '1e3', 'a'.repeat(53)), fc.stringMatching(/^[a-z0-9]{1,20}$/)),
    namespace: fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/),
    isUpgrade: fc.boolean(),
    serves: fc.constantFrom([], ['workers.spacelift.io/v1beta1/WorkerPool']),
  },
  { noNullPrototype: true },
);

let chart: GeneratedChart;
beforeAll(() => {
  chart = new GeneratedChart();
});
afterAll(() => chart.remove());

describe('for any values', () => {
  it(
    'helm template gives what the constructs give, and refuses what they refuse',
    async () => {
      const outcomes = { rendered: 0, refused: 0 };
      const property = fc.asyncProperty(release, values, async (named, given) => {
        outcomes[await compare(named, given)]++;
      });
      // A failure prints the seed of its lane; the seed of both is in this line.
      process.stdout.write(`PROPERTY_SEED=${SEED} PROPERTY_RUNS=${RUNS}\n`);
      await Promise.all(
        LANES.map((lane) =>
          fc.assert(property, { seed: 2 * SEED + lane, numRuns: Math.ceil(RUNS / LANES.length), verbose: false }),
        ),
      );
      console.log(`PROPERTY_SEED=${SEED}: ${outcomes.rendered} values files rendered, ${outcomes.refused} refused`);
      // Otherwise the refusals would hide what the comparison is for.
      expect(outcomes.rendered).toBeGreaterThan(RUNS / 3);
    },
    RUNS * 4_000,
  );
});

async function compare(named: Release, given: Json): Promise<'rendered' | 'refused'> {
  const refused = refusals(named, given);
  if (refused.length > 0) {
    const { ok, text } = await chart.template(given, named);
    expect(ok ? 'Helm took it' : text).toMatch(new RegExp(refused.map(escaped).join('|')));
    return 'refused';
  }
  const rendered = await chart.objects(given, named);
  expect(sorted(withoutNulls(rendered))).toEqual(sorted(withoutNulls(synthesizeChart(operatorChart, named, given))));
  return 'rendered';
}

/** What the constructs say to the values; nothing if they take them. */
function refusals(named: Release, given: Json): readonly string[] {
  try {
    synthesizeChart(operatorChart, named, given);
    return [];
  } catch (error) {
    if (error instanceof RefusedValues) return error.sentences;
    throw error;
  }
}

const escaped = (sentence: string): string => sentence.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
