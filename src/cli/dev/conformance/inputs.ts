import { existsSync } from 'node:fs';
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { operatorEksAddon } from '../../../constructs/operator/chart/eks-addon';
import { emitEksAddon } from '../../../charting/eks-addon';
import { run } from '../../../local-cluster/exec';
import { write } from '../../generate/files';
import type { ChartInput, Inputs, ManifestInput } from './input-types';
import { runPods } from './run-pods';

const RELEASE = ['conformance', '--namespace', 'spacelift-worker-controller-system'] as const;

/**
 * Every chart, the EKS add-on among them, rendered with its defaults and with each of its `ci/*-values.yaml`, what `cdk8s synth` writes, and the
 * manifests among the examples.
 *
 * @param scratch a folder for what is rendered
 */
export async function gatherInputs(helm: string, scratch: string): Promise<Inputs> {
  const charts = [...(await chartInputs()), await eksAddonInput(scratch)];
  const rendered = await Promise.all(charts.map((chart) => renderChart(helm, chart, scratch)));
  const manifests = [...rendered.flat(), ...(await synthesized(scratch)), ...(await exampleManifests())];
  return { charts, manifests, runPods: await runPods(manifests, scratch) };
}

async function chartInputs(): Promise<ChartInput[]> {
  const names = await readdir('charts');
  return Promise.all(
    names.map(async (name) => {
      const folder = join('charts', name);
      const ci = join(folder, 'ci');
      const files = existsSync(ci) ? await readdir(ci) : [];
      // The name that chart-testing looks for.
      const valuesFiles = files.filter((file) => file.endsWith('-values.yaml')).sort();
      return { name: folder, folder, valuesFiles: valuesFiles.map((file) => join(ci, file)) };
    }),
  );
}

/** The same chart as `npm run chart:eks` writes it. */
async function eksAddonInput(scratch: string): Promise<ChartInput> {
  const folder = join(scratch, 'eks-addon', operatorEksAddon.chart.name);
  await write({ files: Object.fromEntries(emitEksAddon(operatorEksAddon)) }, folder);
  return { name: 'the EKS add-on', folder, valuesFiles: [] };
}

async function renderChart(helm: string, chart: ChartInput, scratch: string): Promise<ManifestInput[]> {
  const folder = await mkdtemp(join(scratch, 'rendered-'));
  const manifests: ManifestInput[] = [];
  for (const values of [undefined, ...chart.valuesFiles]) {
    const given = values === undefined ? [] : ['--values', values];
    const file = join(folder, values === undefined ? 'defaults.yaml' : basename(values));
    await writeFile(file, await run(helm, ['template', ...RELEASE, chart.folder, ...given]));
    const how = values === undefined ? 'defaults' : relative(chart.folder, values);
    manifests.push({ name: `${chart.name} with ${how}`, file });
  }
  return manifests;
}

async function synthesized(scratch: string): Promise<ManifestInput[]> {
  const folder = join(scratch, 'synth');
  await run(process.execPath, ['src/cli/run-app.mjs', 'src/main.ts'], { env: { CDK8S_OUTDIR: folder } });
  return manifestsBelow(folder, (file) => join('synth', relative(folder, file)));
}

function exampleManifests(): Promise<ManifestInput[]> {
  return manifestsBelow('examples', (file) => file);
}

/** A `kustomization.yaml` is no object of the cluster; kustomize itself proves it (test/integration/gitops.test.ts). */
async function manifestsBelow(folder: string, name: (file: string) => string): Promise<ManifestInput[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml') && entry.name !== 'kustomization.yaml')
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({ name: name(file), file }));
}
