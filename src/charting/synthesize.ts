import { ApiObject, App, Chart } from 'cdk8s';
import type { HelmChart } from './chart';
import { isMap, overlay } from './overlay';
import { plainContext, type Release } from './release';
import { defaultValues, withObjects, type ValuesOf } from './values';

type Json = Readonly<Record<string, unknown>>;

/** Values that cannot work together; all sentences at once. */
export class RefusedValues extends Error {
  constructor(readonly sentences: readonly string[]) {
    super(sentences.join('\n'));
  }
}

/**
 * What the chart's constructs make of a release and its values, without Helm: the objects that `helm template` must
 * give too.
 *
 * @param given values as in a values file; `null` takes a default away, as Helm has it
 * @throws RefusedValues where the constructs refuse a combination
 */
export function synthesizeChart(chart: HelmChart, release: Release, given: Json = {}): Json[] {
  const constructs = buildCharts(chart, release, given).flatMap((scope) => scope.node.findAll());
  const refused = constructs.flatMap(({ node }) => node.validate());
  if (refused.length > 0) throw new RefusedValues(refused);
  return constructs.filter((construct) => ApiObject.isApiObject(construct)).map((object) => object.toJson() as Json);
}

/** The chart, and those of its subcharts that the values switch on. */
function buildCharts(chart: HelmChart, release: Release, given: Json): Chart[] {
  const values = withObjects(chart.values.members, overlay(defaultValues(chart.values.members), given));
  const scope = new Chart(new App(), chart.name);
  chart.build(scope, values as ValuesOf<never>, plainContext(chart, release, values));
  const inner = (chart.subcharts ?? []).flatMap((subchart) => {
    const passed = values[subchart.chart.name] as Json;
    const global = overlay((passed.global ?? {}) as Json, (values.global ?? {}) as Json);
    if (passed[subchart.condition] !== true) return [];
    const own = withNulls(passed, (given[subchart.chart.name] ?? {}) as Json);
    return buildCharts(subchart.chart, release, { ...own, global });
  });
  return [scope, ...inner];
}

/** The values with the nulls that took defaults away: a subchart has defaults of its own, which go, too. */
function withNulls(values: Json, given: Json): Json {
  const result: Record<string, unknown> = { ...values };
  for (const [key, value] of Object.entries(given)) {
    const below = result[key];
    if (value === null && below === undefined) result[key] = null;
    else if (isMap(value) && isMap(below)) result[key] = withNulls(below, value);
  }
  return result;
}
