import type { Chart } from 'cdk8s';
import type { Later, StringMap } from './deferred';
import type { ValueGroup, ValueMembers, ValuesOf } from './values';

/** What a chart knows beside its values: release and chart, and the names that follow from them. */
export interface ReleaseContext {
  readonly releaseName: Later<string>;
  readonly namespace: Later<string>;
  /** Labels that every object of the release carries. */
  readonly labels: Later<StringMap>;
  /** The part of the labels that selects Pods. */
  readonly selectorLabels: StringMap;
  /** What the names of the release's objects begin with. */
  readonly fullName: Later<string>;
  /** Name of a Service: `fullName` and the suffix wherever that is one that the API server takes (see `serviceName`). */
  serviceName(suffix: string): Later<string>;
  readonly appVersion: Later<string>;
  /** Whether the release is made anew, not upgraded. */
  readonly isInstall: Later<boolean>;
  /** Whether the cluster serves a kind, as group/version/Kind, when the chart is rendered. */
  serves(kind: string): Later<boolean>;
  /** Whether there is a cluster to ask; not where the chart is rendered into files. */
  readonly hasCluster: Later<boolean>;
}

/** The files of a chart, by path below its folder; subcharts lie below `charts/`. */
export type ChartFiles = ReadonlyMap<string, string>;

/** A chart: its values, and the constructs that its templates are made from. */
export interface HelmChart<M extends ValueMembers = ValueMembers> {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  readonly description: string;
  readonly values: ValueGroup<M>;
  /** What the person reads after `helm install`; a template. @default - nothing */
  readonly notes?: string;
  /** What README.md says before the tables of values; Markdown. @default - nothing */
  readonly guide?: string;
  /** What catalogues show of it: more fields of Chart.yaml. @default - none */
  readonly catalogue?: Catalogue;
  /** What else lies in its folder. @default - nothing */
  readonly files?: ChartFiles;
  /** Charts that lie inside this one. @default - none */
  readonly subcharts?: readonly Subchart[];
  /** Adds the chart's objects; called with deferred values to write templates, with plain ones to compare. */
  build(scope: Chart, values: ValuesOf<M>, context: ReleaseContext): void;
}

export interface Catalogue {
  readonly home?: string;
  readonly icon?: string;
  readonly sources?: readonly string[];
  readonly maintainers?: readonly { readonly name: string; readonly url: string }[];
  readonly keywords?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Subchart {
  readonly chart: HelmChart;
  /** The key below the subchart's name that switches it on. */
  readonly condition: string;
}
