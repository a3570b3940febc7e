import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Toolbox } from './tools';

const DEPLOYMENT = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: careless}
spec:
  replica: 1
  selector: {matchLabels: {app: careless}}
  template:
    metadata: {labels: {app: careless}}
    spec: {containers: [{name: careless, image: careless}]}
`;

const WORKER_POOL = `
apiVersion: workers.spacelift.io/v1beta1
kind: WorkerPool
metadata: {name: careless}
spec: {poolSise: 1}
`;

/**
 * Gives each tool something that it must not let pass. A tool that was misread, or whose output has another form than
 * the one that is known, would otherwise find nothing for ever.
 *
 * @throws Error that names the tool that let it pass
 */
export async function proveTools(toolbox: Toolbox, scratch: string): Promise<void> {
  const folder = join(scratch, 'careless');
  await mkdir(folder);
  // No version, and a value that yamllint does not like.
  await writeFile(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: careless\n');
  await writeFile(join(folder, 'values.yaml'), 'key:   value\n');
  const charts = [{ name: 'careless', folder, valuesFiles: [] }];
  const manifests = await Promise.all(
    Object.entries({ DEPLOYMENT, WORKER_POOL }).map(async ([name, text]) => {
      const file = join(folder, `${name}.yaml`);
      await writeFile(file, text);
      return { name, file };
    }),
  );
  const proofs = [
    ...(await Promise.all([toolbox.helmLint(charts), toolbox.chartTesting(charts)])),
    ...(await Promise.all(manifests.map((manifest) => toolbox.kubeconform([manifest])))),
    await toolbox.kubeScore(manifests),
  ];
  for (const { tool, findings } of proofs) {
    if (findings.length === 0) throw new Error(`${tool} finds nothing in what is wrong on purpose: it checks nothing`);
  }
}
