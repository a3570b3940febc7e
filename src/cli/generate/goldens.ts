import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emitChart } from '../../charting/emit';
import { run } from '../../local-cluster/exec';
import { findHelm } from '../../local-cluster/tools';
import type { Artefact } from './artefact';
import { CHARTS, type PublishedChart } from './charts';
import { write } from './files';

/**
 * What Helm makes of each chart with each of its `ci/*-values.yaml`, so that a change of the chart is read as a change of
 * what is installed.
 */
export async function generateGoldens(): Promise<Artefact> {
  const helm = await findHelm();
  const files: Record<string, string> = {};
  for (const chart of CHARTS) Object.assign(files, await goldensOf(chart, helm));
  return { files, folders: CHARTS.map(({ goldens }) => goldens) };
}

async function goldensOf({ folder, chart, goldens, goldenValues }: PublishedChart, helm: string) {
  const scratch = await mkdtemp(join(tmpdir(), 'worker-pools-goldens-'));
  try {
    await write({ files: Object.fromEntries(emitChart(chart)) }, scratch);
    const files: Record<string, string> = {};
    for (const file of (await readdir(`${folder}/ci`)).sort()) {
      const given = ['--namespace', 'tools', '--values', join(folder, 'ci', file)];
      const golden = `${goldens}/${file.replace(/-values\.yaml$/, '.yaml')}`;
      const more = goldenValues.map((value) => `--set=${value}`);
      files[golden] = await run(helm, ['template', 'ops', scratch, ...given, ...more]);
    }
    return files;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
