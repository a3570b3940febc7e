import { cut, deferred, DURATION_PATTERN, DURATION_UNITS, type Later, type StringMap } from './deferred';
import { LABEL_LIMIT, SERVICE_NAME, serviceName } from './kubernetes-names';
import type { HelmChart, ReleaseContext } from './chart';
import { MILLISECONDS } from './template-action';

/** A release as `helm install` would make it. */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  /**
   * Whether there is a release of that name already.
   *
   * @default false
   */
  readonly isUpgrade?: boolean;
  /**
   * Kinds that the cluster serves beside Kubernetes' own, as group/version/Kind.
   *
   * @default - none, as `helm template` has it
   */
  readonly serves?: readonly string[];
  /**
   * Whether Helm can ask a cluster while it renders, as `helm install` can and `helm template` cannot.
   *
   * @default false
   */
  readonly hasCluster?: boolean;
}

interface NameValues {
  readonly nameOverride?: string;
  readonly fullnameOverride?: string;
}

/** The context in which templates are written. */
export function deferredContext(chart: HelmChart): ReleaseContext {
  const helper = (name: string, shape: 'scalar' | 'structure' = 'scalar') =>
    ({ op: 'helper', name: `${chart.name}.${name}`, shape }) as const;
  return {
    releaseName: deferred({ op: 'builtin', name: 'Release.Name' }),
    namespace: deferred({ op: 'builtin', name: 'Release.Namespace' }),
    appVersion: deferred({ op: 'builtin', name: 'Chart.AppVersion' }),
    fullName: deferred(helper('fullname')),
    serviceName: (suffix) => deferred({ ...helper('serviceName'), arguments: [deferred(helper('fullname')), suffix] }),
    labels: deferred(helper('labels', 'structure')),
    selectorLabels: selectorLabels(deferred(helper('name')), deferred({ op: 'builtin', name: 'Release.Name' })),
    isInstall: deferred({ op: 'builtin', name: 'Release.IsInstall' }),
    serves: (kind) => deferred({ op: 'serves', kind }),
    hasCluster: deferred({ op: 'hasCluster' }),
  };
}

/** The same for a release and values that are known. */
export function plainContext(chart: HelmChart, release: Release, values: NameValues): ReleaseContext {
  const name = values.nameOverride || chart.name;
  const combined = release.name.includes(name) ? release.name : `${release.name}-${name}`;
  const selector = selectorLabels(cut(name, LABEL_LIMIT), release.name);
  const fullName = cut(values.fullnameOverride || combined, LABEL_LIMIT);
  return {
    releaseName: release.name,
    namespace: release.namespace,
    appVersion: chart.appVersion,
    fullName,
    serviceName: (suffix) => serviceName(fullName, suffix),
    isInstall: release.isUpgrade !== true,
    serves: (kind) => release.serves?.includes(kind) ?? false,
    hasCluster: release.hasCluster ?? false,
    selectorLabels: selector,
    labels: {
      'helm.sh/chart': cut(`${chart.name}-${chart.version}`.replaceAll('+', '_'), LABEL_LIMIT),
      ...selector,
      'app.kubernetes.io/version': chart.appVersion,
      'app.kubernetes.io/managed-by': 'Helm',
    },
  };
}

/** `_helpers.tpl`: what `plainContext` computes, as Helm's charts usually compute it. */
export function helpersTemplate(chart: HelmChart): string {
  const define = (name: string, comment: string, body: string) => definition(`${chart.name}.${name}`, comment, body);
  const limit = `trunc ${LABEL_LIMIT} | trimSuffix "-"`;
  return [
    define(
      'name',
      'Name of the chart, or what nameOverride says.',
      `{{- default $.Chart.Name $.Values.nameOverride | ${limit} }}`,
    ),
    define(
      'fullname',
      'What the names of all objects begin with: the release and the chart, once where one holds the other.',
      [
        '{{- $name := default $.Chart.Name $.Values.nameOverride }}',
        '{{- if $.Values.fullnameOverride }}',
        `{{- $.Values.fullnameOverride | ${limit} }}`,
        '{{- else if contains $name $.Release.Name }}',
        `{{- $.Release.Name | ${limit} }}`,
        '{{- else }}',
        `{{- printf "%s-%s" $.Release.Name $name | ${limit} }}`,
        '{{- end }}',
      ].join('\n'),
    ),
    define(
      'serviceName',
      'Name of a Service, of a prefix and a suffix: cut, with a part of its hash, where it would be too long or begin with a digit.',
      [
        '{{- $prefix := index . 0 }}{{ $suffix := index . 1 }}',
        '{{- $name := printf "%s%s" $prefix $suffix }}',
        `{{- if and (le (len $name) ${LABEL_LIMIT}) (regexMatch ${JSON.stringify(SERVICE_NAME)} $name) }}`,
        '{{- $name }}',
        '{{- else }}',
        `{{- $room := int (sub ${LABEL_LIMIT - 11} (len $suffix)) }}`,
        '{{- $kept := regexReplaceAll "[^a-z0-9-]" $prefix "-" | trunc $room }}',
        '{{- printf "s-%s-%s%s" $kept (sha256sum $prefix | trunc 8) $suffix }}',
        '{{- end }}',
      ].join('\n'),
    ),
    define(
      'labels',
      'Labels of every object.',
      [
        `helm.sh/chart: {{ printf "%s-%s" $.Chart.Name $.Chart.Version | replace "+" "_" | ${limit} | toJson }}`,
        `app.kubernetes.io/name: {{ include "${chart.name}.name" $ | toJson }}`,
        'app.kubernetes.io/instance: {{ $.Release.Name | toJson }}',
        'app.kubernetes.io/version: {{ $.Chart.AppVersion | toJson }}',
        'app.kubernetes.io/managed-by: {{ $.Release.Service | toJson }}',
      ].join('\n'),
    ),
    definition(MILLISECONDS, 'Milliseconds of a duration such as 1m30s.', millisecondsBody()),
  ].join('\n');
}

/** A named template. */
export function definition(name: string, comment: string, body: string): string {
  return `{{/* ${comment} */}}\n{{- define "${name}" -}}\n${body}\n{{- end }}\n`;
}

function millisecondsBody(): string {
  const factors = Object.values(DURATION_UNITS);
  const counts = factors.map((_, index) => `0\${${index + 1}}`).join(',');
  return [
    '{{- $sum := 0 }}',
    `{{- $counts := splitList "," (regexReplaceAll ${JSON.stringify(DURATION_PATTERN)} $ "${counts}") }}`,
    `{{- range $index, $factor := list ${factors.join(' ')} }}`,
    '{{- $sum = add $sum (mul $factor (atoi (index $counts $index))) }}',
    '{{- end }}',
    '{{- $sum }}',
  ].join('\n');
}

function selectorLabels(name: Later<string>, instance: Later<string>): StringMap {
  return { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': instance };
}
