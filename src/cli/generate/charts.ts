import { readFileSync } from 'node:fs';
import type { ChartFiles } from '../../charting/chart';
import { emitChart } from '../../charting/emit';
import { operatorChart } from '../../constructs/operator/chart/chart';
import type { Artefact } from './artefact';

/** The Helm charts, made from the constructs. What else lies in a chart's folder (`ci/`) is written by hand. */
export function generateCharts(): Promise<Artefact> {
  const folder = `charts/${operatorChart.name}`;
  const files = [...withLicense(emitChart(operatorChart))].map(
    ([path, content]) => [`${folder}/${path}`, content] as const,
  );
  return Promise.resolve({
    files: Object.fromEntries(files),
    folders: ['templates', 'charts', 'dashboards', 'alerts'].map((name) => `${folder}/${name}`),
  });
}

/** With the license of the repository in the chart and in each of its subcharts. */
export function withLicense(files: ChartFiles): ChartFiles {
  const license = readFileSync('LICENSE', 'utf8');
  const charts = [...files.keys()].filter((path) => /(^|\/)Chart\.yaml$/.test(path));
  return new Map([...files, ...charts.map((path) => [path.replace(/Chart\.yaml$/, 'LICENSE'), license] as const)]);
}
