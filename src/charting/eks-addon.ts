import { parse, stringify } from 'yaml';
import type { HelmChart } from './chart';
import type { ChartFiles } from './chart';
import { emitChart } from './emit';
import type { ValueSchema } from './values';

/**
 * A chart as an Amazon EKS add-on. AWS turns the chart into plain manifests, and does without much of Helm; the rules are
 * in the AWS Marketplace user guide, "Requirements for Amazon EKS add-on products".
 */
export interface EksAddon {
  readonly chart: HelmChart;
  /** Subcharts that the add-on does not have. */
  readonly without: readonly string[];
  /** The values that an add-on's user may set, each as a path with dots. A group stands for all that is in it. */
  readonly configurable: readonly string[];
}

/** The file by which EKS checks what a user configures; its name is AWS's. */
export const CONFIGURATION_SCHEMA = 'aws_mp_configuration_schema.json';

/** What AWS does not carry out, as it stands in a template's actions. */
const UNSUPPORTED: readonly (readonly [rule: string, pattern: RegExp])[] = [
  ['of Release only Name and Namespace are known', /\.Release\.(?!Name\b|Namespace\b)\w+/],
  ['there is no cluster to look anything up in', /\blookup\b/],
  ['the kinds that a cluster serves are not known', /\.Capabilities\b/],
];

/**
 * Writes the add-on from the same constructs as the chart.
 *
 * @throws Error if a template needs what AWS does not support, or a configurable value breaks the rules for those
 */
export function emitEksAddon({ chart, without, configurable }: EksAddon): ChartFiles {
  const files = new Map<string, string>();
  for (const [path, content] of emitChart(lessened(chart, without))) {
    if (!isHook(path, content)) files.set(path, rewritten(path, content));
  }
  checkTemplates(files);
  files.set(CONFIGURATION_SCHEMA, json(configurationSchema(chart, files, configurable)));
  return files;
}

/** The chart without notes, which nobody is shown, and without the subcharts that are left out. */
function lessened(chart: HelmChart, without: readonly string[]): HelmChart {
  const members = Object.entries(chart.values.members).filter(([key]) => !without.includes(key));
  return {
    ...chart,
    notes: undefined,
    subcharts: chart.subcharts?.filter(({ chart: inner }) => !without.includes(inner.name)),
    values: { ...chart.values, members: Object.fromEntries(members) },
  };
}

/** Hooks never run there; what they are for, `helm test`, does not exist either. */
function isHook(path: string, content: string): boolean {
  return path.includes('templates/') && /helm\.sh\/hook/.test(content);
}

function rewritten(path: string, content: string): string {
  if (path.endsWith('Chart.yaml')) return localDependencies(content);
  if (path.endsWith('values.schema.json')) return withKubernetesVersion(content);
  return content.replaceAll('$.Release.Service', '"EKS"');
}

/** Subcharts inside the chart must be named as such. */
function localDependencies(chartYaml: string): string {
  const chart = parse(chartYaml) as { dependencies?: { name: string; repository?: string }[] };
  for (const dependency of chart.dependencies ?? []) dependency.repository = `file://charts/${dependency.name}`;
  return stringify(chart, { lineWidth: 0 });
}

/** AWS renders with `--set k8version=...`, which a schema that knows all values must let pass. */
function withKubernetesVersion(schemaJson: string): string {
  const schema = JSON.parse(schemaJson) as ValueSchema;
  const k8version = {
    type: ['string', 'number'],
    description: "The cluster's Kubernetes version, as EKS passes it; it changes nothing.",
  };
  return json({ ...schema, properties: { ...schema.properties, k8version } });
}

function checkTemplates(files: ChartFiles): void {
  for (const [path, content] of files) {
    if (!path.includes('templates/')) continue;
    const actions = (content.match(/\{\{.*?\}\}/gs) ?? []).map((action) =>
      action.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""'),
    );
    for (const [rule, pattern] of UNSUPPORTED) {
      const found = pattern.exec(actions.join('\n'))?.[0];
      if (found !== undefined) throw new Error(`${path} cannot be part of an EKS add-on: it has ${found}, but ${rule}`);
    }
  }
}

function configurationSchema(chart: HelmChart, files: ChartFiles, configurable: readonly string[]): ValueSchema {
  const all = JSON.parse(files.get('values.schema.json') ?? '{}') as ValueSchema;
  const reduced = configurable.reduce<ValueSchema>((schema, path) => offer(schema, all, path.split('.'), path), {
    type: 'object',
    description: `Configuration of ${chart.name}.`,
    additionalProperties: false,
  });
  checkConfiguration(reduced, '');
  return { $schema: 'http://json-schema.org/draft-07/schema#', ...reduced } as ValueSchema;
}

/** `to` with one more value of `from`, and the groups on the way to it. */
function offer(to: ValueSchema, from: ValueSchema, [key = '', ...rest]: readonly string[], path: string): ValueSchema {
  const source = from.properties?.[key];
  if (source === undefined) throw new Error(`the chart has no value ${path} that an EKS add-on could offer`);
  const empty = { ...source, required: undefined, properties: undefined };
  const below = rest.length === 0 ? demandingNothing(source) : offer(to.properties?.[key] ?? empty, source, rest, path);
  return { ...to, properties: { ...to.properties, [key]: below } };
}

/** What the chart's schema demands beside the defaults, a user need not give. */
function demandingNothing(schema: ValueSchema): ValueSchema {
  if (schema.properties === undefined) return schema;
  const properties = Object.entries(schema.properties).map(([key, property]) => [key, demandingNothing(property)]);
  return { ...schema, required: undefined, properties: Object.fromEntries(properties) as ValueSchema['properties'] };
}

/** EKS refuses names that are not camelCase, shows descriptions as labels, and takes no secrets. */
function checkConfiguration(schema: ValueSchema, path: string): void {
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const here = `${path}${key}`;
    if (!/^[a-z][A-Za-z0-9]*$/.test(key)) throw new Error(`an EKS add-on cannot offer ${here}: it is not camelCase`);
    if (property.description === undefined)
      throw new Error(`an EKS add-on cannot offer ${here}: it has no description`);
    if (/secret|token|password|certificate|key$/i.test(key) && !/name$/i.test(key)) {
      throw new Error(`an EKS add-on cannot offer ${here}: it seems to take a secret`);
    }
    checkConfiguration(property, `${here}.`);
  }
}

function json(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
