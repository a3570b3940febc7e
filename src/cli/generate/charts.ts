import { readFileSync } from 'node:fs';
import type { ChartFiles, HelmChart } from '../../charting/chart';
import { emitChart } from '../../charting/emit';
import { controlPlaneChart } from '../../constructs/control-plane/chart/chart';
import { operatorChart } from '../../constructs/operator/chart/chart';
import type { Artefact } from './artefact';

/** A chart of its own, and where it lies. */
export interface PublishedChart {
  readonly folder: string;
  readonly chart: HelmChart;
  /** Values of its goldens beside those of their values file. */
  readonly goldenValues: readonly string[];
  /** Where its goldens lie. */
  readonly goldens: string;
}

export const CHARTS: readonly PublishedChart[] = [
  {
    folder: `charts/${operatorChart.name}`,
    chart: operatorChart,
    // The definitions are long and never vary.
    goldenValues: ['crds.install=false'],
    goldens: 'test/constructs/operator/chart/goldens',
  },
  {
    folder: 'charts/control-plane',
    chart: controlPlaneChart,
    goldenValues: [],
    goldens: 'test/constructs/control-plane/chart/goldens',
  },
];

/** The Helm charts, made from the constructs. What else lies in a chart's folder (`ci/`) is written by hand. */
export function generateCharts(): Promise<Artefact> {
  const files = CHARTS.flatMap(({ folder, chart }) =>
    [...withLicense(emitChart(chart))].map(([path, content]) => [`${folder}/${path}`, content] as const),
  );
  const generated = ['templates', 'charts', 'dashboards', 'alerts'];
  return Promise.resolve({
    files: Object.fromEntries(files),
    folders: CHARTS.flatMap(({ folder }) => generated.map((name) => `${folder}/${name}`)),
  });
}

/** With the license of the repository in the chart and in each of its subcharts. */
export function withLicense(files: ChartFiles): ChartFiles {
  const license = readFileSync('LICENSE', 'utf8');
  const charts = [...files.keys()].filter((path) => /(^|\/)Chart\.yaml$/.test(path));
  return new Map([...files, ...charts.map((path) => [path.replace(/Chart\.yaml$/, 'LICENSE'), license] as const)]);
}
