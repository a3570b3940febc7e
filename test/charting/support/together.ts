import { beforeAll, expect, it } from '@jest/globals';
import { synthesizeChart } from '../../../src/charting/synthesize';
import { RELEASE, sorted, type GeneratedChart, type Json } from './helm';
import { byAlias, writeUmbrella } from './umbrella';

/** Values files by names of their own. */
type Files = Readonly<Record<string, Json>>;

/** What a test sees in the objects of its values. */
type Look = (objects: readonly Json[]) => void;

/** Objects of each file, of one start of Helm: each is the values file of a dependency, which its alias names. */
export async function renderedTogether(chart: GeneratedChart, files: Files, release = RELEASE, folder = chart.folder) {
  const { ok, text } = await templated(chart, files, release, folder);
  if (!ok) throw new Error(text);
  return byAlias(text);
}

/** What the constructs make of values where the chart is a dependency of that alias. */
export function synthesizedAs({ of }: GeneratedChart, alias: string, values: Json, release = RELEASE): Json[] {
  return synthesizeChart({ ...of, name: alias }, release, values);
}

/**
 * A test for each row: Helm renders its values as the constructs do, and the objects are as the last column says. One
 * start of Helm renders all rows.
 */
export function eachRenders(
  chart: GeneratedChart,
  rows: readonly (readonly [name: string, values: Json, look?: Look])[],
) {
  const cases = rows.map(([name, values, look], index) => [name, `case-${index}`, values, look] as const);
  let objects: ReadonlyMap<string, Json[]>;
  beforeAll(async () => {
    objects = await renderedTogether(chart, Object.fromEntries(cases.map(([, alias, values]) => [alias, values])));
  });
  it.each(cases)('%s', (_, alias, values, look) => {
    const rendered = objects.get(alias) ?? [];
    expect(sorted(rendered)).toEqual(sorted(synthesizedAs(chart, alias, values)));
    look?.(rendered);
  });
}

/** A test for each row: Helm refuses the values by the chart's schema, in these words. One start of Helm tells of all. */
export function eachIsRefusedBySchema(
  chart: GeneratedChart,
  rows: readonly (readonly [name: string, values: Json, sentence: string])[],
) {
  const cases = rows.map(([name, values, sentence], index) => [name, `case-${index}`, values, sentence] as const);
  let said: ReadonlyMap<string, string>;
  beforeAll(async () => {
    const files = Object.fromEntries(cases.map(([, alias, values]) => [alias, values]));
    const { ok, text } = await templated(chart, files, RELEASE, chart.folder);
    expect(ok).toBe(false);
    said = new Map(text.split(/^(?=case-\d+:$)/m).map((part) => [part.slice(0, part.indexOf(':')), part]));
  });
  it.each(cases)('%s', (_, alias, __, sentence) => {
    expect(said.get(alias)).toContain(sentence);
  });
}

function templated(chart: GeneratedChart, files: Files, release: typeof RELEASE, folder: string) {
  const aliases = Object.keys(files).map((alias) => ({ alias }));
  return chart.template(files, release, writeUmbrella(chart.scratchFolder(), folder, aliases));
}
