import { ApiObject, App, Chart } from 'cdk8s';
import type { HelmChart } from './chart';
import { plainContext, type Release } from './release';
import { defaultValues, type ValuesOf } from './values';

type Json = Readonly<Record<string, unknown>>;

/**
 * What the chart's constructs make of a release and its values, without Helm: the objects that `helm template` must
 * give too.
 *
 * @param given values as in a values file; `null` takes a default away, as Helm has it
 * @throws the constructs' own refusals
 */
export function synthesizeChart(chart: HelmChart, release: Release, given: Json = {}): Json[] {
  const values = overlay(defaultValues(chart.values.members), given);
  const scope = new Chart(new App(), chart.name);
  chart.build(scope, values as ValuesOf<never>, plainContext(chart, release, values));
  const own = scope.node.findAll().filter((construct) => ApiObject.isApiObject(construct));
  return [
    ...own.map((object) => object.toJson() as Json),
    ...(chart.subcharts ?? []).flatMap((subchart) => {
      const passed = values[subchart.chart.name] as Json;
      const global = overlay((passed.global ?? {}) as Json, (values.global ?? {}) as Json);
      return passed[subchart.condition] === true ? synthesizeChart(subchart.chart, release, { ...passed, global }) : [];
    }),
  ];
}

function overlay(defaults: Json, given: Json): Json {
  const result: Record<string, unknown> = { ...defaults };
  for (const [key, value] of Object.entries(given)) {
    const below = result[key];
    if (value === null) delete result[key];
    else result[key] = isMap(value) && isMap(below) ? overlay(below, value) : value;
  }
  return result;
}

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
