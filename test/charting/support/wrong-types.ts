import { expect, it } from '@jest/globals';
import { schemaOf, type ValueSchema } from '../../../src/charting/values';
import { laidOver, type GeneratedChart, type Json } from './helm';

interface Leaf {
  readonly path: readonly string[];
  readonly schema: ValueSchema;
}

/** Every value of a chart, without the fields of what is in lists. */
function leaves(schema: ValueSchema, path: readonly string[] = []): Leaf[] {
  const members = Object.entries(schema.properties ?? {});
  if (members.length === 0) return [{ path, schema }];
  return members.flatMap(([key, member]) => leaves(member, [...path, key]));
}

/** Something of each type, which is wrong wherever the type is not asked for. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  boolean: true,
  integer: 7,
  string: 'word',
  array: ['word'],
  object: { a: 'word' },
};

function wrongFor({ type }: ValueSchema): unknown {
  const allowed = [type].flat();
  const other = Object.keys(SAMPLES).find((name) => !allowed.includes(name));
  return SAMPLES[other ?? ''];
}

const nested = (path: readonly string[], value: unknown): Json =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Json;

/** A test that Helm refuses and names each value of the wrong type; there are more than so many values. */
export function eachOfTheWrongTypeIsRefused(chart: GeneratedChart, moreThan: number): void {
  it('is refused and named, whichever it is', async () => {
    const all = leaves(schemaOf('', chart.of.values.members));
    const wrong = all.map(({ path, schema }) => nested(path, wrongFor(schema)));
    // Helm tells all that is wrong at once; what it does not tell of was taken.
    const { ok, text } = await chart.template(wrong.reduce(laidOver));
    expect(ok).toBe(false);
    const named = new Set([...text.matchAll(/at '\/([^']+)': got /g)].map(([, path]) => path));
    expect(all.map(({ path }) => path.join('/')).filter((path) => !named.has(path))).toEqual([]);
    expect(all.length).toBeGreaterThan(moreThan);
  });
}
