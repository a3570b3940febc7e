import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operatorChart } from '../../constructs/operator/chart/chart';
import { emitChart } from '../../charting/emit';
import { run } from '../../local-cluster/exec';
import { findHelm } from '../../local-cluster/tools';
import type { Artefact } from './artefact';
import { write } from './files';

const GOLDENS = 'test/constructs/operator/chart/goldens';
const VALUES_FILES = `charts/${operatorChart.name}/ci`;

/**
 * What Helm makes of the chart with each of its `ci/*-values.yaml`, so that a change of the chart is read as a change of
 * what is installed. The definitions, which are long and never vary, are left out.
 */
export async function generateGoldens(): Promise<Artefact> {
  const helm = await findHelm();
  const scratch = await mkdtemp(join(tmpdir(), 'worker-pools-goldens-'));
  try {
    await write({ files: Object.fromEntries(emitChart(operatorChart)) }, scratch);
    const files: Record<string, string> = {};
    for (const file of (await readdir(VALUES_FILES)).sort()) {
      const given = ['--namespace', 'tools', '--values', join(VALUES_FILES, file), '--set', 'crds.install=false'];
      const golden = `${GOLDENS}/${file.replace(/-values\.yaml$/, '.yaml')}`;
      files[golden] = await run(helm, ['template', 'ops', scratch, ...given]);
    }
    return { files, folders: [GOLDENS] };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
