import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { customResourceDefinition, WORKER_POOL_KIND, type Kind } from '../../api';
import { field } from '../../api/field';
import { POD } from '../../api/worker-pool/pod';
import { run } from '../../local-cluster/exec';
import type { Artefact } from './artefact';
import { filesMadeBy } from './files';

const CDK8S = resolve('node_modules/.bin/cdk8s');
const CRD = 'crd.yaml';

/**
 * The L1 construct below `WorkerPool`, as `cdk8s import` makes it.
 *
 * @throws when `cdk8s import` fails, with what it said.
 */
export async function generateImports(): Promise<Artefact> {
  const made = await filesMadeBy(async (folder) => {
    await writeFile(join(folder, CRD), JSON.stringify(customResourceDefinition(WITH_ANY_POD)));
    const options = ['--language', 'typescript', '--output', 'imports', '--class-prefix', 'Kube'];
    const quiet = ['--no-check-upgrade', '--no-save'];
    await run(CDK8S, ['import', CRD, ...options, ...quiet], { cwd: folder });
  });
  const { [CRD]: _, ...files } = made;
  return { files, folders: ['imports'] };
}

/**
 * `spec.pod` is any object here. The construct reads it from the manifest of a Pod, as JSON, while a full L1 wants its own
 * spelling (`diskUri`, `IntOrString`) and drops the rest in silence; and the types of a Pod are 21,000 lines.
 */
const WITH_ANY_POD: Kind = {
  ...WORKER_POOL_KIND,
  spec: {
    ...WORKER_POOL_KIND.spec,
    fields: {
      ...WORKER_POOL_KIND.spec.fields,
      pod: field({ ...POD, fields: {}, rules: [] }, { description: POD.description }),
    },
  },
};
