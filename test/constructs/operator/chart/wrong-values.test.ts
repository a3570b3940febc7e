import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { operatorChart } from '../../../../src/constructs/operator/chart/chart';
import { schemaOf, type ValueSchema } from '../../../../src/charting/values';
import { GeneratedChart } from '../../../charting/support/helm';

const release = { name: 'ops', namespace: 'tools' };

let chart: GeneratedChart;
beforeAll(() => {
  chart = new GeneratedChart();
});
afterAll(() => chart.remove());

interface Leaf {
  readonly path: readonly string[];
  readonly schema: ValueSchema;
}

/** Every value of the chart, without the fields of what is in lists. */
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

const nested = (path: readonly string[], value: unknown): object =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object;

/** All of them in one file. */
function together(values: readonly object[]): object {
  return values.reduce((all, one) => laidOver(all, one), {});
}

function laidOver(all: object, one: object): object {
  const merged: Record<string, unknown> = { ...all };
  for (const [key, value] of Object.entries(one) as [string, unknown][]) {
    const below = merged[key];
    const isMap = typeof below === 'object' && typeof value === 'object' && !Array.isArray(value) && value !== null;
    merged[key] = isMap ? laidOver(below as object, value) : value;
  }
  return merged;
}

describe('a value of the wrong type is refused, and named', () => {
  const all = leaves(schemaOf('', operatorChart.values.members));
  const cases = all.map(({ path, schema }) => [path.join('.'), path, wrongFor(schema)] as const);
  let said: string;

  // Helm tells all that is wrong at once; what it does not tell of was taken.
  beforeAll(async () => {
    const { ok, text } = await chart.template(together(cases.map(([, path, wrong]) => nested(path, wrong))), release);
    expect(ok).toBe(false);
    said = text;
  });

  it('for every value there is', () => {
    expect(cases.length).toBeGreaterThan(100);
    expect(cases.filter(([, , wrong]) => wrong === undefined)).toEqual([]);
  });

  it.each(cases)('%s', (_, path) => {
    const line = said.split('\n').find((each) => each.includes(`at '/${path.join('/')}':`));
    expect(line).toContain('got ');
  });
});
