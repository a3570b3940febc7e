import { operatorChart } from '../../constructs/operator/chart/chart';
import { emitChart } from '../../charting/emit';
import type { Artefact } from './artefact';

/** The Helm charts, made from the constructs. What else lies in a chart's folder (`ci/`) is written by hand. */
export function generateCharts(): Promise<Artefact> {
  const folder = `charts/${operatorChart.name}`;
  const files = [...emitChart(operatorChart)].map(([path, content]) => [`${folder}/${path}`, content] as const);
  return Promise.resolve({
    files: Object.fromEntries(files),
    folders: ['templates', 'charts', 'dashboards', 'alerts'].map((name) => `${folder}/${name}`),
  });
}
