import type { Artefact } from './artefact';
import { generateCharts } from './charts';
import { filesMadeBy } from './files';

/** The Helm charts. Beside the folders of templates and subcharts, a chart's folder also holds what is written by hand. */
export async function generateChartFiles(): Promise<Artefact> {
  const made = await filesMadeBy(generateCharts);
  const files = Object.fromEntries(Object.entries(made).map(([path, content]) => [`charts/${path}`, content]));
  const names = new Set(Object.keys(made).map((path) => path.split('/')[0] ?? ''));
  return { files, folders: [...names].flatMap((name) => [`charts/${name}/templates`, `charts/${name}/charts`]) };
}
