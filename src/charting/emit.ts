import { ApiObject, App, Chart } from 'cdk8s';
import { stringify } from 'yaml';
import type { Deferred } from './deferred';
import { MANIFEST_METADATA, type Loop, type ManifestOptions, type Refusal } from './manifest';
import type { ChartFiles, HelmChart } from './chart';
import { action, condition } from './template-action';
import { definition, deferredContext, helpersTemplate } from './release';
import { documentsIn } from './document';
import { readme } from './readme';
import { rangeOver, writeTemplate } from './template-writer';
import { deferredValues, schemaOf, type ValueSchema } from './values';
import { valuesYaml } from './values-yaml';

/** The oldest Kubernetes that charts are for. */
export const OLDEST_KUBERNETES = '1.26';

/** Values files for tests lie beside the chart, and are no part of it. */
const HELM_IGNORE = ['ci/', '.git/', '.gitignore', '*.swp', '*.tmp', '*.orig', '.DS_Store', ''].join('\n');

/**
 * Writes a chart from its constructs.
 *
 * @throws if a construct used a deferred value where no template can express it
 */
export function emitChart(chart: HelmChart): ChartFiles {
  const files = new Map<string, string>(chart.files);
  files.set('Chart.yaml', chartYaml(chart));
  files.set('README.md', readme(chart));
  files.set('.helmignore', HELM_IGNORE);
  files.set('values.yaml', valuesYaml(chart.values.description, chart.values.members));
  files.set('values.schema.json', schemaJson(chart));
  const objects = objectsOf(chart);
  const rendered = objects.map((object) => [templatePath(chart, object), template(object)] as const);
  for (const [name, content] of rendered) files.set(`templates/${name}.yaml`, content);
  if (chart.notes !== undefined) files.set('templates/NOTES.txt', chart.notes);
  if (rendered.some(([, content]) => content.includes('(include '))) {
    files.set('templates/_helpers.tpl', [helpersTemplate(chart), ...documentTemplates(objects)].join('\n'));
  }
  for (const { chart: inner } of chart.subcharts ?? []) {
    for (const [path, content] of emitChart(inner)) files.set(`charts/${inner.name}/${path}`, content);
  }
  return files;
}

function objectsOf(chart: HelmChart): ApiObject[] {
  const scope = new Chart(new App(), chart.name);
  chart.build(scope, deferredValues(chart.values.members), deferredContext(chart));
  return scope.node.findAll().filter((construct) => ApiObject.isApiObject(construct));
}

/** Each object's file lies where the object lies in the construct tree. */
const templatePath = (chart: HelmChart, { node }: ApiObject): string => node.path.slice(chart.name.length + 1);

/** The named templates of the documents inside the objects, each once. */
function documentTemplates(objects: readonly ApiObject[]): string[] {
  const found = new Map(objects.flatMap((object) => documentsIn(object.toJson())));
  return [...found].map(([name, body]) => definition(name, 'A document inside an object of this chart.', body));
}

function template(object: ApiObject): string {
  const known = new Map(object.node.metadata.map(({ type, data }) => [type, data as unknown]));
  const loop = known.get(MANIFEST_METADATA.forEach) as Loop | undefined;
  const whole = known.get(MANIFEST_METADATA.whole) as Deferred | undefined;
  const body =
    whole === undefined ? writeTemplate(object.toJson() as Record<string, unknown>) : `{{ toYaml ${action(whole)} }}\n`;
  const options = {
    when: known.get(MANIFEST_METADATA.when) as Deferred<boolean> | undefined,
    refusals: (known.get(MANIFEST_METADATA.refusals) ?? []) as readonly Refusal[],
  };
  return surrounded(options, loop === undefined ? body : repeated(loop, body));
}

function surrounded({ when = true, refusals = [] }: ManifestOptions, body: string): string {
  const lines = [...refusals.map(refuse), body].join('');
  return when === true ? lines : `{{- if ${condition(when as Deferred)} }}\n${lines}{{- end }}\n`;
}

function repeated({ list, each, unique }: Loop, body: string): string {
  const [before, check] = unique === undefined ? ['', ''] : [`{{- $seen := dict }}\n`, refuseSeen(unique)];
  const { objects = [] } = (list.$deferred.op === 'value' && list.$deferred.element) || {};
  const named = objects.map(({ name, given }) => `{{- $${name} := default dict ${action(given)} }}\n`).join('');
  return `${before}${rangeOver(list)}\n${named}${check}${surrounded(each, `---\n${body}`)}{{- end }}\n`;
}

function refuseSeen({ key, message }: NonNullable<Loop['unique']>): string {
  const seen = `{{- if hasKey $seen ${action(key)} }}\n{{- fail ${action(message)} }}\n{{- end }}\n`;
  return `${seen}{{- $_ := set $seen ${action(key)} true }}\n`;
}

function refuse({ when, message }: Refusal): string {
  if (when === false) return '';
  const fail = `{{- fail ${action(message)} }}\n`;
  return when === true ? fail : `{{- if ${condition(when)} }}\n${fail}{{- end }}\n`;
}

function chartYaml(chart: HelmChart): string {
  const dependencies = (chart.subcharts ?? []).map(({ chart: inner, condition: key }) => ({
    name: inner.name,
    version: inner.version,
    condition: `${inner.name}.${key}`,
  }));
  return stringify(
    {
      apiVersion: 'v2',
      name: chart.name,
      description: chart.description,
      type: 'application',
      version: chart.version,
      appVersion: chart.appVersion,
      kubeVersion: `>=${OLDEST_KUBERNETES}.0-0`,
      ...chart.catalogue,
      ...(dependencies.length === 0 ? {} : { dependencies }),
    },
    { lineWidth: 0 },
  );
}

/** Helm hands `global` down into the values of every chart and subchart. */
const GLOBAL = { global: { type: 'object', description: 'Values that Helm hands to every subchart.' } } as const;

function schemaJson(chart: HelmChart): string {
  const own = withGlobal(schemaOf(chart.values.description, chart.values.members));
  const properties = { ...own.properties };
  for (const { chart: inner } of chart.subcharts ?? []) {
    const passed = properties[inner.name];
    if (passed !== undefined) properties[inner.name] = withGlobal(passed);
  }
  const document = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: `Values of the chart ${chart.name}`,
    ...own,
    properties,
    // Where people keep what they name by YAML anchors.
    patternProperties: { '^x-': {} },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function withGlobal(schema: ValueSchema): ValueSchema {
  return { ...schema, properties: { ...GLOBAL, ...schema.properties } };
}
